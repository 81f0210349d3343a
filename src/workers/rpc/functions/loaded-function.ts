/** A function as its worker describes it (spec/functionrpc-workers.md 2), in the form of this program. */
import * as z from 'zod';
import { httpActivityName } from '../../../core/values/http-activity';
import type { BehaviourProfile } from '../../../core/values/behaviour-profile';
import type { FunctionDescriptor, FunctionType } from '../../../core/ports/function-worker';
import { BindingInfo_Direction, type RpcFunctionMetadata, type StatusResult } from '../../../wire/generated/function-rpc';

const bindingSchema = z.looseObject({ name: z.string(), type: z.string(), direction: z.string().nullish() });

export type Binding = z.infer<typeof bindingSchema>;

export interface LoadedFunction {
  /** By which the worker knows it. */
  id: string;
  metadata: RpcFunctionMetadata;
  trigger: Binding;
  bindings: Readonly<Record<string, Binding>>;
  /** Names of its bindings of durable clients that go in. */
  clients: readonly string[];
  descriptor: FunctionDescriptor;
  /** Of one that the worker could not load: what its calls fail with. */
  loadResult?: StatusResult;
}

const typeByTrigger: Readonly<Record<string, FunctionType>> = {
  orchestrationtrigger: 'orchestrator',
  activitytrigger: 'activity',
  entitytrigger: 'entity',
  httptrigger: 'http',
  timertrigger: 'timer',
};

export function isDurableClient({ type }: Binding): boolean {
  return /^(durableclient|orchestrationclient)$/i.test(type);
}

/** A text instead of the function when it cannot be used: why. `profile` is that of durable functions. */
export function readFunction(metadata: RpcFunctionMetadata, profile: BehaviourProfile): LoadedFunction | string {
  const { name, functionId } = metadata;
  const all: Binding[] = [];
  for (const raw of metadata.rawBindings) {
    const parsed = bindingSchema.safeParse(parse(raw));
    if (!parsed.success) return `Function "${name}" has a binding that cannot be read: ${raw}`;
    all.push(parsed.data);
  }
  const trigger = all.find(({ type }) => /trigger$/i.test(type));
  if (trigger === undefined) return `Function "${name}" has no trigger binding. Give it one.`;
  const type = typeByTrigger[trigger.type.toLowerCase()] ?? 'other';
  const isDurable = type === 'orchestrator' || type === 'activity' || type === 'entity';
  const registered = registeredName(trigger, type);
  return {
    id: functionId,
    metadata: { ...metadata, bindings: { ...infoOf(all), ...metadata.bindings } },
    trigger,
    bindings: Object.fromEntries(all.map((each) => [each.name, each])),
    clients: all.filter((each) => isDurableClient(each) && !/^out$/i.test(each.direction ?? 'in')).map((each) => each.name),
    descriptor: {
      name: registered ?? name,
      type,
      triggerType: trigger.type,
      ...(isDurable ? { profile } : {}),
      ...(type === 'http' ? httpOf(trigger) : {}),
      ...(type === 'timer' ? timerOf(trigger) : {}),
      ...(all.some(isDurableClient) ? { hasDurableClient: true } : {}),
      ...(/^BuiltIn_/i.test(name) || name === httpActivityName ? { isBuiltIn: true } : {}),
    },
  };
}

const directions: Readonly<Record<string, BindingInfo_Direction>> = {
  in: BindingInfo_Direction.In,
  out: BindingInfo_Direction.Out,
  inout: BindingInfo_Direction.InOut,
};

/** The worker is told what its own list leaves out, as that of F# and Visual Basic does: without it no trigger is known for what it is. */
function infoOf(bindings: readonly Binding[]): RpcFunctionMetadata['bindings'] {
  return Object.fromEntries(
    bindings.map(({ name, type, direction }) => [
      name,
      { type, direction: directions[(direction ?? 'in').toLowerCase()] ?? BindingInfo_Direction.In, properties: {} },
    ]),
  );
}

/** The name by which instances are started, where the binding gives one. */
function registeredName(trigger: Binding, type: FunctionType): string | undefined {
  const key = { orchestrator: 'orchestration', activity: 'activity', entity: 'entityName' }[type as string];
  const given = key === undefined ? undefined : trigger[key];
  return typeof given === 'string' && given !== '' ? given : undefined;
}

function httpOf(trigger: Binding): Pick<FunctionDescriptor, 'route' | 'methods' | 'authLevel'> {
  const { route, methods, authLevel } = trigger;
  const named = Array.isArray(methods) ? methods.filter((each) => typeof each === 'string') : [];
  return {
    ...(typeof route === 'string' ? { route } : {}),
    ...(named.length === 0 ? {} : { methods: named.map((each) => each.toUpperCase()) }),
    ...(typeof authLevel === 'string' ? { authLevel: authLevel.toLowerCase() } : {}),
  };
}

function timerOf(trigger: Binding): Pick<FunctionDescriptor, 'schedule' | 'runOnStartup' | 'useMonitor'> {
  const { schedule, runOnStartup, useMonitor } = trigger;
  return {
    ...(typeof schedule === 'string' ? { schedule } : {}),
    ...(typeof runOnStartup === 'boolean' ? { runOnStartup } : {}),
    ...(typeof useMonitor === 'boolean' ? { useMonitor } : {}),
  };
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}
