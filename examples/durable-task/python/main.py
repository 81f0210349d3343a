import os
import sys

from durabletask import client, worker

address = os.environ.get("DURASCOPE_ADDRESS", "localhost:8080")


def say_hello(_, city: str) -> str:
    return f"Hello {city}!"


def calculate_discount(_, user_id: str) -> int:
    return 25 if user_id.startswith("vip") else 10


def hello_sequence(ctx, _):
    outputs = []
    for city in ["Tokyo", "Seattle", "London"]:
        outputs.append((yield ctx.call_activity(say_hello, input=city)))
        ctx.set_custom_status(city)
    return outputs


# The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
def reserve_ticket(ctx, user_id: str):
    discount = yield ctx.call_activity(calculate_discount, input=user_id)
    ctx.set_custom_status(
        {"discount": discount, "discountTimeout": 60, "bookingUrl": "https://www.myawesomebookingweb.com"}
    )
    is_confirmed = yield ctx.wait_for_external_event("BookingConfirmed")
    message = (
        "Thank you for confirming your booking."
        if is_confirmed
        else "The booking was not confirmed on time. Please try again."
    )
    ctx.set_custom_status({"message": message})
    return is_confirmed


recommendations = {
    1: {"recommendedCities": ["Tokyo", "Seattle"], "recommendedSeasons": ["Spring", "Summer"]},
    2: {"recommendedCities": ["Seattle", "London"], "recommendedSeasons": ["Summer"]},
    3: {"recommendedCities": ["Tokyo", "London"], "recommendedSeasons": ["Spring", "Summer"]},
}


# The input is the user's choice: 1, 2 or 3.
def city_recommender(ctx, choice: int):
    if choice in recommendations:
        ctx.set_custom_status(recommendations[choice])


with worker.TaskHubGrpcWorker(host_address=address) as w:
    for orchestrator in [hello_sequence, reserve_ticket, city_recommender]:
        w.add_orchestrator(orchestrator)
    for activity in [say_hello, calculate_discount]:
        w.add_activity(activity)
    w.start()
    c = client.TaskHubGrpcClient(host_address=address)

    hello = c.schedule_new_orchestration(hello_sequence)
    print("HelloSequence", c.wait_for_orchestration_completion(hello, timeout=60).serialized_output)

    ticket = c.schedule_new_orchestration(reserve_ticket, input="vip-1")
    c.raise_orchestration_event(ticket, "BookingConfirmed", data=True)
    print("ReserveTicket", c.wait_for_orchestration_completion(ticket, timeout=60).serialized_output)

    cities = c.schedule_new_orchestration(city_recommender, input=1)
    print("CityRecommender", c.wait_for_orchestration_completion(cities, timeout=60).serialized_custom_status)

    if sys.stdin.isatty():
        input("Connected until Enter is pressed: step through the instances in the editor.")
