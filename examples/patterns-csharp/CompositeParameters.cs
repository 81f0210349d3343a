using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class CompositeParameters
{
    public record Student(string Major, int UniversityYear);
    public record Recommendation(string Major, int UniversityYear, string[] RecommendedCourses);
    public record Location(string City, string State);

    // An activity takes one input: several values travel as one composite object.
    [Function("GetCourseRecommendations")]
    public static Task<Recommendation> GetCourseRecommendations([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<Recommendation>("CourseRecommendations", new Student("ComputerScience", context.GetInput<int>()));

    [Function("CourseRecommendations")]
    public static Recommendation CourseRecommendations([ActivityTrigger] Student student) => new(
        student.Major,
        student.UniversityYear,
        ["Introduction to .NET Programming", "Introduction to Linux", "Becoming an Entrepreneur"]);

    [Function("GetWeatherOrchestrator")]
    public static Task<string> GetWeatherOrchestrator([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("GetWeather", new Location("Seattle", "WA"));

    [Function("GetWeather")]
    public static string GetWeather([ActivityTrigger] Location location) =>
        location is { City: "Seattle", State: "WA" } ? "Cloudy" : "Unknown";
}
