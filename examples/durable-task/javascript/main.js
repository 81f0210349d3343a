const { TaskHubGrpcClient, TaskHubGrpcWorker } = require('@microsoft/durabletask-js');

const address = process.env.DURASCOPE_ADDRESS ?? 'localhost:8080';
const quiet = { error: console.error, warn: console.error, info() {}, debug() {} };

const SayHello = (_, city) => `Hello ${city}!`;
const CalculateDiscount = (_, userId) => (String(userId).startsWith('vip') ? 25 : 10);

async function* HelloSequence(context) {
  const outputs = [];
  for (const city of ['Tokyo', 'Seattle', 'London']) {
    outputs.push(yield context.callActivity(SayHello, city));
    context.setCustomStatus(city);
  }
  return outputs;
}

// The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
async function* ReserveTicket(context, userId) {
  const discount = yield context.callActivity(CalculateDiscount, userId);
  context.setCustomStatus({ discount, discountTimeout: 60, bookingUrl: 'https://www.myawesomebookingweb.com' });
  const isConfirmed = yield context.waitForExternalEvent('BookingConfirmed');
  const message = isConfirmed
    ? 'Thank you for confirming your booking.'
    : 'The booking was not confirmed on time. Please try again.';
  context.setCustomStatus({ message });
  return isConfirmed;
}

const recommendations = {
  1: { recommendedCities: ['Tokyo', 'Seattle'], recommendedSeasons: ['Spring', 'Summer'] },
  2: { recommendedCities: ['Seattle', 'London'], recommendedSeasons: ['Summer'] },
  3: { recommendedCities: ['Tokyo', 'London'], recommendedSeasons: ['Spring', 'Summer'] },
};

// The input is the user's choice: 1, 2 or 3.
async function* CityRecommender(context, choice) {
  if (recommendations[choice] !== undefined) context.setCustomStatus(recommendations[choice]);
}

async function main() {
  const worker = new TaskHubGrpcWorker({ hostAddress: address, logger: quiet });
  for (const orchestrator of [HelloSequence, ReserveTicket, CityRecommender]) worker.addOrchestrator(orchestrator);
  worker.addActivity(SayHello);
  worker.addActivity(CalculateDiscount);
  await worker.start();
  const client = new TaskHubGrpcClient({ hostAddress: address, logger: quiet });

  const hello = await client.scheduleNewOrchestration(HelloSequence);
  console.log('HelloSequence', (await client.waitForOrchestrationCompletion(hello, true, 60)).serializedOutput);

  const ticket = await client.scheduleNewOrchestration(ReserveTicket, 'vip-1');
  await client.raiseOrchestrationEvent(ticket, 'BookingConfirmed', true);
  console.log('ReserveTicket', (await client.waitForOrchestrationCompletion(ticket, true, 60)).serializedOutput);

  const cities = await client.scheduleNewOrchestration(CityRecommender, 1);
  console.log('CityRecommender', (await client.waitForOrchestrationCompletion(cities, true, 60)).serializedCustomStatus);

  if (process.stdin.isTTY) {
    console.log('Connected until Enter is pressed: step through the instances in the editor.');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    process.stdin.pause();
  }
  await client.stop();
  await worker.stop();
}

main();
