import { readFile } from 'node:fs/promises';
import { binaryValue } from '../../base/binary-value';
import { messageOf } from '../../base/error-message';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import { DurascopeError } from '../../core/values/errors';
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
    file: { value: 'PATH', help: 'The blob that would trigger it: the bytes of this file, in place of --input.' },
    metadata: { value: 'JSON', help: "The trigger's metadata as a JSON object, or @file." },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const name = required(args, 0, 'The name of the function');
    const file = args.text('file');
    if (file !== undefined && args.has('input')) {
      throw new DurascopeError('InvalidArgument', 'Either --input or --file says what its trigger would bring.');
    }
    const given = (await jsonArgument(args.text('input'), '--input')) ?? null;
    const metadata = await jsonArgument(args.text('metadata'), '--metadata');
    const hub = await connect(args);
    const input = file === undefined ? given : blobOf(await bytesOf(file), name, await hub.functions());
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

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `--file names '${file}', which cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Input of a function that a blob triggers. */
function blobOf(bytes: Uint8Array, name: string, functions: readonly FunctionDescriptor[]): string {
  const found = functions.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const isBlob = found === undefined || found.triggerType.toLowerCase() === 'blobtrigger';
  if (!isBlob) {
    const message = `No blob triggers '${found.name}'. What --file names is handed over as a blob; a file with JSON goes with --input @FILE.`;
    throw new DurascopeError('InvalidArgument', message, { details: { name: found.name } });
  }
  return JSON.stringify(binaryValue(bytes));
}
