/** One orchestrator function against the real SDKs, in every way the runner can run it. */
import assert from 'node:assert/strict';
import type { OrchestrationRunnerOptions } from '../../../src/workers/node/child/orchestrations/orchestration-runner';
import { SdkOrchestrationRunner } from '../../../src/workers/node/child/orchestrations/sdk-orchestration-runner';
import type { Orchestrator, Sdk } from './sdks';
import { loadedModules, sdks } from './sdks';
import type { StartOptions } from './test-host';
import { TestHost } from './test-host';

/** `warm`: the executor lives on. `rebuilt`: as warm, but the whole history comes every time, of which only the first is an
 * invocation with SDK 3.x. `cold`: every episode is a whole invocation. */
export type Mode = 'warm' | 'rebuilt' | 'cold';

export function modesOf(sdk: Sdk): readonly Mode[] {
  return sdk.isV1 ? ['cold'] : ['warm', 'rebuilt', 'cold'];
}

export interface Running {
  host: TestHost;
  runner: SdkOrchestrationRunner;
  warnings: string[];
}

export function newRunner(
  sdk: Sdk,
  orchestrators: Readonly<Record<string, Orchestrator>>,
  mode: Mode = 'warm',
  options: Partial<OrchestrationRunnerOptions> = {},
  log?: (...args: unknown[]) => void,
): SdkOrchestrationRunner {
  const functions = new Map(Object.entries(orchestrators).map(([name, fn]) => [name, sdk.register(fn, log)]));
  const names = { activity: ['A', 'B', 'C', 'SayHello'], orchestrator: [...functions.keys(), 'Child'], entity: ['Counter'] };
  const runner = new SdkOrchestrationRunner({
    invoke: (call) => functions.get(call.functionName)?.(call) ?? Promise.reject(new Error(`no function ${call.functionName}`)),
    functionNames: (type) => names[type],
    canStayWarm: () => mode !== 'cold',
    callInPlace: (call, code) => sdk.callInPlace?.(call, code, log) === true,
    ...options,
  });
  runner.attach(loadedModules);
  return runner;
}

/** Runs `script` on a new instance; gives the SDKs back afterwards. */
export async function running<T>(
  sdk: Sdk,
  mode: Mode,
  orchestrator: Orchestrator,
  script: (running: Running) => Promise<T>,
  start: StartOptions = {},
  options: Partial<OrchestrationRunnerOptions> = {},
): Promise<T> {
  const warnings: string[] = [];
  const onWarning = (_id: string, message: string): void => void warnings.push(message);
  const runner = newRunner(sdk, { Orchestration: orchestrator }, mode, { onWarning, ...options });
  try {
    return await script({ host: new TestHost(runner, { forgetful: mode === 'rebuilt', ...start }), runner, warnings });
  } finally {
    runner.dispose();
  }
}

export interface Row {
  /** Row id of spec/engine.md 8 and what happens. */
  title: string;
  code: (sdk: Sdk) => Orchestrator;
  script: (host: TestHost, sdk: Sdk) => Promise<unknown>;
  rows: string;
  status?: TestHost['status'];
  output?: unknown;
  customStatus?: unknown;
  start?: StartOptions;
  not?: readonly Sdk[];
  only?: readonly Sdk[];
  check?: (host: TestHost, sdk: Sdk) => void;
}

/** Declares one mocha test for each SDK and way of running. */
export function scenario(row: Row): void {
  for (const sdk of row.only ?? sdks.filter((one) => row.not?.includes(one) !== true)) {
    for (const mode of modesOf(sdk)) {
      it(`${row.title} (${sdk.version}, ${mode})`, () =>
        running(
          sdk,
          mode,
          row.code(sdk),
          async ({ host }) => {
            await row.script(host, sdk);
            assert.equal(host.rows, row.rows);
            assert.equal(host.status, row.status ?? 'Completed');
            if ('output' in row) assert.deepEqual(host.output === null ? null : JSON.parse(host.output), row.output);
            if ('customStatus' in row) {
              assert.deepEqual(host.customStatus === null ? null : JSON.parse(host.customStatus), row.customStatus);
            }
            row.check?.(host, sdk);
          },
          row.start,
        ));
    }
  }
}
