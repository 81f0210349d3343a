import { atMost, type Command, required } from '../command';
import { connect, connectionOptions } from '../connection';
import { jsonArgument } from '../json-argument';

export const invokeCommand: Command = {
  name: 'invoke',
  takes: 'FUNCTION',
  summary: 'Call a function by hand: a timer, an activity, or one that a queue, an event or a blob would trigger.',
  options: {
    ...connectionOptions,
    input: { value: 'JSON', short: 'i', help: 'What its trigger would bring, as JSON, or @file (default: nothing).' },
    metadata: { value: 'JSON', help: "The trigger's metadata as a JSON object, or @file." },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const name = required(args, 0, 'The name of the function');
    const input = (await jsonArgument(args.text('input'), '--input')) ?? null;
    const metadata = await jsonArgument(args.text('metadata'), '--metadata');
    const hub = await connect(args);
    const result = await hub.invokeFunction(
      name,
      input,
      metadata === undefined ? {} : (JSON.parse(metadata) as Record<string, unknown>),
    );
    if (args.has('json'))
      terminal.print(JSON.stringify({ name, result: result === null ? null : (JSON.parse(result) as unknown) }));
    else terminal.print(result ?? `${name} has run; it returned nothing.`);
    return 0;
  },
};
