package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/microsoft/durabletask-go/api"
	"github.com/microsoft/durabletask-go/backend"
	"github.com/microsoft/durabletask-go/client"
	"github.com/microsoft/durabletask-go/task"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func setStatus(ctx *task.OrchestrationContext, status any) {
	text, _ := json.Marshal(status)
	ctx.SetCustomStatus(string(text))
}

func helloSequence(ctx *task.OrchestrationContext) (any, error) {
	outputs := []string{}
	for _, city := range []string{"Tokyo", "Seattle", "London"} {
		var greeting string
		if err := ctx.CallActivity("SayHello", task.WithActivityInput(city)).Await(&greeting); err != nil {
			return nil, err
		}
		outputs = append(outputs, greeting)
		setStatus(ctx, city)
	}
	return outputs, nil
}

// The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
func reserveTicket(ctx *task.OrchestrationContext) (any, error) {
	var userID string
	if err := ctx.GetInput(&userID); err != nil {
		return nil, err
	}
	var discount int
	if err := ctx.CallActivity("CalculateDiscount", task.WithActivityInput(userID)).Await(&discount); err != nil {
		return nil, err
	}
	setStatus(ctx, map[string]any{"discount": discount, "discountTimeout": 60, "bookingUrl": "https://www.myawesomebookingweb.com"})
	var isConfirmed bool
	if err := ctx.WaitForSingleEvent("BookingConfirmed", -1).Await(&isConfirmed); err != nil {
		return nil, err
	}
	message := "The booking was not confirmed on time. Please try again."
	if isConfirmed {
		message = "Thank you for confirming your booking."
	}
	setStatus(ctx, map[string]any{"message": message})
	return isConfirmed, nil
}

var recommendations = map[int]map[string][]string{
	1: {"recommendedCities": {"Tokyo", "Seattle"}, "recommendedSeasons": {"Spring", "Summer"}},
	2: {"recommendedCities": {"Seattle", "London"}, "recommendedSeasons": {"Summer"}},
	3: {"recommendedCities": {"Tokyo", "London"}, "recommendedSeasons": {"Spring", "Summer"}},
}

// The input is the user's choice: 1, 2 or 3.
func cityRecommender(ctx *task.OrchestrationContext) (any, error) {
	var choice int
	if err := ctx.GetInput(&choice); err != nil {
		return nil, err
	}
	if recommendation, ok := recommendations[choice]; ok {
		setStatus(ctx, recommendation)
	}
	return nil, nil
}

func main() {
	address := os.Getenv("DURASCOPE_ADDRESS")
	if address == "" {
		address = "localhost:8080"
	}
	conn, err := grpc.Dial(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	hub := client.NewTaskHubGrpcClient(conn, backend.DefaultLogger())

	r := task.NewTaskRegistry()
	r.AddOrchestratorN("HelloSequence", helloSequence)
	r.AddOrchestratorN("ReserveTicket", reserveTicket)
	r.AddOrchestratorN("CityRecommender", cityRecommender)
	r.AddActivityN("SayHello", func(ctx task.ActivityContext) (any, error) {
		var city string
		err := ctx.GetInput(&city)
		return "Hello " + city + "!", err
	})
	r.AddActivityN("CalculateDiscount", func(ctx task.ActivityContext) (any, error) {
		var userID string
		err := ctx.GetInput(&userID)
		if strings.HasPrefix(userID, "vip") {
			return 25, err
		}
		return 10, err
	})

	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	if err := hub.StartWorkItemListener(context.Background(), r); err != nil {
		log.Fatal(err)
	}
	run := func(name string, options ...api.NewOrchestrationOptions) *api.OrchestrationMetadata {
		id, err := hub.ScheduleNewOrchestration(ctx, name, options...)
		if err != nil {
			log.Fatal(err)
		}
		if name == "ReserveTicket" {
			if err := hub.RaiseEvent(ctx, id, "BookingConfirmed", api.WithEventPayload(true)); err != nil {
				log.Fatal(err)
			}
		}
		metadata, err := hub.WaitForOrchestrationCompletion(ctx, id, api.WithFetchPayloads(true))
		if err != nil {
			log.Fatal(err)
		}
		return metadata
	}
	fmt.Println("HelloSequence", run("HelloSequence").SerializedOutput)
	fmt.Println("ReserveTicket", run("ReserveTicket", api.WithInput("vip-1")).SerializedOutput)
	fmt.Println("CityRecommender", run("CityRecommender", api.WithInput(1)).SerializedCustomStatus)
	if stdin, err := os.Stdin.Stat(); err == nil && stdin.Mode()&os.ModeCharDevice != 0 {
		fmt.Println("Connected until Enter is pressed: step through the instances in the editor.")
		fmt.Scanln()
	}
}
