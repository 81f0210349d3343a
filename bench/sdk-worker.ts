/** The benchmark's orchestrators as a program of the Durable Task SDK for JavaScript: `node sdk-worker.js ADDRESS`. */
import { type OrchestrationContext, TaskHubGrpcWorker, type TOrchestrator, whenAll } from '@microsoft/durabletask-js';

const sayHello = (_: unknown, city: string): string => `Hello ${city}!`;
const square = (_: unknown, n: number): number => n * n;

/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
const HelloCities5 = async function* HelloCities5(context: OrchestrationContext) {
  const outputs: string[] = [];
  for (const city of ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'])
    outputs.push((yield context.callActivity(sayHello, city)) as string);
  return outputs;
} as TOrchestrator;

const FanOut = async function* FanOut(context: OrchestrationContext, n: number) {
  const tasks = Array.from({ length: n }, (_, i) => context.callActivity(square, i));
  const squares = (yield whenAll(tasks)) as number[];
  return squares.length;
} as TOrchestrator;

const Chain = async function* Chain(context: OrchestrationContext, n: number) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (yield context.callActivity(square, i)) as number;
  return sum;
} as TOrchestrator;

const Waiter = async function* Waiter(context: OrchestrationContext) {
  return (yield context.waitForExternalEvent('Go')) as unknown;
} as TOrchestrator;
/* eslint-enable @typescript-eslint/require-await */

const quiet = { error: console.error, warn: () => undefined, info: () => undefined, debug: () => undefined };
const worker = new TaskHubGrpcWorker({ hostAddress: process.argv[2] ?? '', logger: quiet });
for (const orchestrator of [HelloCities5, FanOut, Chain, Waiter]) worker.addOrchestrator(orchestrator);
worker.addActivity(sayHello);
worker.addActivity(square);
void worker.start().then(() => console.log(JSON.stringify({ event: 'ready' })));
