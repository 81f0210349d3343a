import com.microsoft.durabletask.DurableTaskClient;
import com.microsoft.durabletask.DurableTaskGrpcClientBuilder;
import com.microsoft.durabletask.DurableTaskGrpcWorker;
import com.microsoft.durabletask.DurableTaskGrpcWorkerBuilder;
import com.microsoft.durabletask.TaskActivity;
import com.microsoft.durabletask.TaskActivityFactory;
import com.microsoft.durabletask.TaskOrchestration;
import com.microsoft.durabletask.TaskOrchestrationFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public final class Main {
  private static final Map<Integer, Map<String, List<String>>> RECOMMENDATIONS =
      Map.of(
          1, Map.of("recommendedCities", List.of("Tokyo", "Seattle"), "recommendedSeasons", List.of("Spring", "Summer")),
          2, Map.of("recommendedCities", List.of("Seattle", "London"), "recommendedSeasons", List.of("Summer")),
          3, Map.of("recommendedCities", List.of("Tokyo", "London"), "recommendedSeasons", List.of("Spring", "Summer")));

  public static void main(String[] args) throws Exception {
    String address = System.getenv().getOrDefault("DURASCOPE_ADDRESS", "localhost:8080");
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    Duration patience = Duration.ofSeconds(60);

    DurableTaskGrpcWorker worker =
        new DurableTaskGrpcWorkerBuilder()
            .port(port)
            .addOrchestration(orchestration("HelloSequence", ctx -> {
              List<String> outputs = new ArrayList<>();
              for (String city : List.of("Tokyo", "Seattle", "London")) {
                outputs.add(ctx.callActivity("SayHello", city, String.class).await());
                ctx.setCustomStatus(city);
              }
              ctx.complete(outputs);
            }))
            // The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
            .addOrchestration(orchestration("ReserveTicket", ctx -> {
              int discount = ctx.callActivity("CalculateDiscount", ctx.getInput(String.class), Integer.class).await();
              ctx.setCustomStatus(
                  Map.of("discount", discount, "discountTimeout", 60, "bookingUrl", "https://www.myawesomebookingweb.com"));
              boolean isConfirmed = ctx.waitForExternalEvent("BookingConfirmed", Boolean.class).await();
              ctx.setCustomStatus(
                  Map.of(
                      "message",
                      isConfirmed
                          ? "Thank you for confirming your booking."
                          : "The booking was not confirmed on time. Please try again."));
              ctx.complete(isConfirmed);
            }))
            // The input is the user's choice: 1, 2 or 3.
            .addOrchestration(orchestration("CityRecommender", ctx -> {
              Map<String, List<String>> recommendation = RECOMMENDATIONS.get(ctx.getInput(Integer.class));
              if (recommendation != null) ctx.setCustomStatus(recommendation);
            }))
            .addActivity(activity("SayHello", ctx -> "Hello " + ctx.getInput(String.class) + "!"))
            .addActivity(activity("CalculateDiscount", ctx -> ctx.getInput(String.class).startsWith("vip") ? 25 : 10))
            .build();
    worker.start();

    try (DurableTaskClient client = new DurableTaskGrpcClientBuilder().port(port).build()) {
      String hello = client.scheduleNewOrchestrationInstance("HelloSequence");
      System.out.println("HelloSequence " + client.waitForInstanceCompletion(hello, patience, true).getSerializedOutput());

      String ticket = client.scheduleNewOrchestrationInstance("ReserveTicket", "vip-1");
      client.raiseEvent(ticket, "BookingConfirmed", true);
      System.out.println("ReserveTicket " + client.waitForInstanceCompletion(ticket, patience, true).getSerializedOutput());

      String cities = client.scheduleNewOrchestrationInstance("CityRecommender", 1);
      Map<?, ?> status = client.waitForInstanceCompletion(cities, patience, true).readCustomStatusAs(Map.class);
      System.out.println("CityRecommender " + status.get("recommendedCities"));
    }
    if (System.console() != null) {
      System.out.println("Connected until Enter is pressed: step through the instances in the editor.");
      System.in.read();
    }
    worker.stop();
    System.exit(0);
  }

  private static TaskOrchestrationFactory orchestration(String name, TaskOrchestration code) {
    return new TaskOrchestrationFactory() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public TaskOrchestration create() {
        return code;
      }
    };
  }

  private static TaskActivityFactory activity(String name, TaskActivity code) {
    return new TaskActivityFactory() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public TaskActivity create() {
        return code;
      }
    };
  }
}
