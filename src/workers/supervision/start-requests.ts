/** What a durable client output binding asks for (spec/functions-worker.md 3.3): instances to start. */
import * as z from 'zod';
import { DurascopeError } from '../../core/values/errors';
import type { StartOptions } from '../../core/ports/task-hub-client';
import type { OutputValue } from './running-app';

const requestSchema = z.object({
  FunctionName: z.string().min(1),
  InstanceId: z.string().nullish(),
  Input: z.unknown().optional(),
});

/** One request, a list of them, or the JSON text of either. Errors: `InvalidArgument`. */
export function readStartRequests(outputs: readonly OutputValue[]): StartOptions[] {
  return outputs.flatMap(({ name, value }) => {
    const parsed = typeof value === 'string' ? parse(name, value) : value;
    const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return list.map((one) => readOne(name, one));
  });
}

function readOne(bindingName: string, value: unknown): StartOptions {
  // The real extension reads the names ignoring case.
  const named: Record<string, unknown> = {};
  if (typeof value === 'object' && value !== null) {
    const spelling: Readonly<Record<string, string>> = { functionname: 'FunctionName', instanceid: 'InstanceId', input: 'Input' };
    for (const [key, inner] of Object.entries(value)) named[spelling[key.toLowerCase()] ?? key] = inner;
  }
  const result = requestSchema.safeParse(named);
  if (!result.success) throw refuse(bindingName);
  const { FunctionName, InstanceId, Input } = result.data;
  return {
    name: FunctionName,
    ...(typeof InstanceId === 'string' && InstanceId !== '' ? { instanceId: InstanceId } : {}),
    input: Input === undefined || Input === null ? null : JSON.stringify(Input),
  };
}

function parse(bindingName: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refuse(bindingName, error);
  }
}

function refuse(bindingName: string, cause?: unknown): DurascopeError {
  return new DurascopeError(
    'InvalidArgument',
    `The output binding "${bindingName}" starts an orchestration: give it { FunctionName, InstanceId?, Input? }.`,
    { cause },
  );
}
