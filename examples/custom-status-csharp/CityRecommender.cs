using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class CityRecommender
{
    // The input is the user's choice: 1, 2 or 3. Whoever watches the custom status sees what is recommended.
    [Function(nameof(CityRecommender))]
    public static void Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        switch (context.GetInput<int>())
        {
            case 1:
                Recommend(context, ["Tokyo", "Seattle"], ["Spring", "Summer"]);
                break;
            case 2:
                Recommend(context, ["Seattle", "London"], ["Summer"]);
                break;
            case 3:
                Recommend(context, ["Tokyo", "London"], ["Spring", "Summer"]);
                break;
        }
    }

    static void Recommend(TaskOrchestrationContext context, string[] cities, string[] seasons) =>
        context.SetCustomStatus(new { recommendedCities = cities, recommendedSeasons = seasons });
}
