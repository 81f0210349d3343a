/** The app's worker as one test hub has it: some activities are stubs of the test, and every call is remembered. */
import { closestName } from '../base/closest-name';
import { dotnetJson } from '../core/values/dotnet-json';
import { DurascopeError } from '../core/values/errors';
import type { ActivityOutcome, ActivityRequest, FunctionDescriptor, FunctionWorker } from '../core/ports/function-worker';
import { describeActivityFailure } from '../workers/supervision/activity-failure';
import type { ActivityCall, ActivityStub } from './testing';
import { valueOf } from './values';

export interface Stubs {
  activities: Readonly<Record<string, ActivityStub>>;
  unstubbed: 'run' | 'refuse';
  /** There is one more call that never ends. */
  changed: () => void;
}

/** See testing.d.ts. */
export const unanswered = Symbol.for('durascope.unanswered');

export class StubbedWorker implements FunctionWorker {
  readonly profile = 'A';
  readonly calls: ActivityCall[] = [];
  /** Calls that never end. */
  unanswered = 0;
  readonly #stubs = new Map<string, ActivityStub>();

  /** `InvalidArgument` for a stub of an activity that the app does not have. */
  constructor(
    private readonly app: FunctionWorker,
    private readonly options: Stubs,
  ) {
    const known = app.functions().filter(({ type }) => type === 'activity');
    for (const [name, stub] of Object.entries(options.activities)) {
      if (!known.some((fn) => fn.name.toLowerCase() === name.toLowerCase())) throw noActivity(name, known);
      if (typeof stub !== 'function') {
        throw new DurascopeError(
          'InvalidArgument',
          `The stub for the activity '${name}' is no function: give (input) => result.`,
        );
      }
      this.#stubs.set(name.toLowerCase(), stub);
    }
  }

  functions(): readonly FunctionDescriptor[] {
    return this.app.functions();
  }

  accepts(type: 'orchestrator' | 'activity' | 'entity', name: string, version: string): boolean {
    return this.app.accepts?.(type, name, version) ?? true;
  }

  runEpisode(request: Parameters<FunctionWorker['runEpisode']>[0]): ReturnType<FunctionWorker['runEpisode']> {
    return this.app.runEpisode(request);
  }

  async runEntityBatch(
    request: Parameters<NonNullable<FunctionWorker['runEntityBatch']>>[0],
  ): Promise<Awaited<ReturnType<NonNullable<FunctionWorker['runEntityBatch']>>>> {
    if (this.app.runEntityBatch === undefined) throw new DurascopeError('NotSupported', 'The app runs no entities.');
    return this.app.runEntityBatch(request);
  }

  async runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { name, instanceId } = request;
    const input = inputValue(request.input);
    const same = JSON.stringify(input);
    const before = this.calls.filter(
      (call) => call.name === name && call.instanceId === instanceId && JSON.stringify(call.input) === same,
    );
    const call: ActivityCall = { name, instanceId, input, attempt: before.length + 1 };
    this.calls.push(call);
    const stub = this.#stubs.get(name.toLowerCase());
    const outcome =
      stub !== undefined
        ? await this.#stubbed(stub, call)
        : this.options.unstubbed === 'run'
          ? await this.app.runActivity(request)
          : describeActivityFailure(
              name,
              new Error(`The test has no stub for the activity '${name}', and lets none run for real.`),
            );
    call.outcome = outcome.ok
      ? { result: valueOf(outcome.result) }
      : { failure: outcome.reason.replace(/^Activity function '[^']*' failed: {2}/, '') };
    return outcome;
  }

  forget(instanceId: string): void {
    this.app.forget(instanceId);
  }

  async #stubbed(stub: ActivityStub, { name, instanceId, attempt, input }: ActivityCall): Promise<ActivityOutcome> {
    try {
      const value = await stub(input, { name, instanceId, attempt });
      if (value === unanswered) {
        this.unanswered++;
        this.options.changed();
        return await new Promise<never>(() => undefined);
      }
      const result = JSON.stringify(value) as string | undefined;
      return { ok: true, result: result === undefined ? null : dotnetJson(result) };
    } catch (error) {
      return describeActivityFailure(name, error);
    }
  }
}

/** The history has it in an array of one. */
function inputValue(text: string | null): unknown {
  const value = valueOf(text);
  return Array.isArray(value) && value.length === 1 ? (value as unknown[])[0] : value;
}

function noActivity(name: string, known: readonly FunctionDescriptor[]): DurascopeError {
  const names = known.map((fn) => fn.name);
  const meant = closestName(name, names);
  const has = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
  return new DurascopeError(
    'InvalidArgument',
    `There is a stub for the activity '${name}', which the app does not have.${meant === undefined ? '' : ` Did you mean '${meant}'?`} ${has}`,
  );
}
