import assert from 'node:assert/strict';
import { sdks } from './sdks';
import { type SdkHub, withSdkHub } from './sdk-hub';

for (const sdk of sdks) {
  describe(`orchestrations of SDK ${sdk.version} on the real engine`, () => {
    const run = async ({ engine }: SdkHub, name: string, input?: unknown, instanceId = name): Promise<unknown> => {
      await engine.start({ name, instanceId, ...(input === undefined ? {} : { input: JSON.stringify(input) }) });
      await engine.whenQuiet();
      return undefined;
    };

    it('B2: three activities in sequence', () =>
      withSdkHub(
        sdk,
        {
          *Cities({ df }) {
            const output: unknown[] = [];
            for (const city of ['Tokyo', 'Seattle', 'London']) output.push(yield df.callActivity('SayHello', city));
            return output;
          },
        },
        { SayHello: (name) => `Hello ${String(name)}!` },
        async (hub) => {
          await run(hub, 'Cities');
          assert.equal(hub.sequence('Cities'), 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC');
          assert.equal(hub.store.instance('Cities')?.output, '["Hello Tokyo!","Hello Seattle!","Hello London!"]');
        },
      ));

    it('S1, S7: a parent, a child that continues as new, and retries with their timers', () => {
      let attempts = 0;
      return withSdkHub(
        sdk,
        {
          *Parent({ df }) {
            return yield df.Task.all([df.callSubOrchestrator('Child', { left: 2 }), df.callActivity('Once', 1)]);
          },
          *Child({ df }) {
            const { left } = df.getInput() as { left: number };
            const result: unknown = yield df.callActivityWithRetry('Flaky', sdk.retry(5000, 3), left);
            if (left === 0) return result;
            const again = df.continueAsNew({ left: left - 1 });
            if (sdk.isV1) yield again;
          },
        },
        {
          Once: (n) => n,
          Flaky: (n) => {
            attempts += 1;
            if (attempts % 2 === 1) throw new Error('not yet');
            return `after ${attempts}, with ${String(n)}`;
          },
        },
        async (hub) => {
          await run(hub, 'Parent');
          for (let i = 0; i < 3; i++) {
            hub.clock.advance(5000);
            await hub.engine.whenQuiet();
          }
          assert.equal(hub.store.instance('Parent')?.output, '["after 6, with 0",1]');
          assert.equal(hub.sequence('Parent'), 'OS ES SC#0 TS#1 OC | OS TC→1 OC | OS SD→0 EC#2[Completed] OC');
          const [child] = hub.store.history('Parent').filter((event) => event.EventType === 'SubOrchestrationInstanceCreated');
          assert.ok(child?.EventType === 'SubOrchestrationInstanceCreated');
          assert.equal(
            hub.sequence(child.InstanceId),
            'OS ES OC TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TC→2 EC#3[Completed] OC',
          );
        },
      );
    });

    it('tells of a retry which attempt it is, of how many, with the last error and the time of the next', () =>
      withSdkHub(
        sdk,
        {
          *Retries({ df }) {
            return yield df.callActivityWithRetry('Flaky', sdk.retry(5000, 3), 1);
          },
        },
        {
          Flaky: () => {
            throw new Error('no stock');
          },
        },
        async (hub) => {
          await run(hub, 'Retries');
          const [timer] = (await hub.engine.waitingFor('Retries')).timers;
          assert.ok(timer !== undefined);
          const { name, attempt, most, lastError } = timer.retryOf ?? assert.fail('It is the timer of a retry.');
          assert.deepEqual([name, attempt, most], ['Flaky', 1, 3]);
          assert.match(lastError, /no stock/);
          hub.clock.advance(5000);
          await hub.engine.whenQuiet();
          assert.equal((await hub.engine.waitingFor('Retries')).timers[0]?.retryOf?.attempt, 2);
          hub.clock.advance(5000);
          await hub.engine.whenQuiet();
          // The last failure is none before a next attempt.
          const row = hub.store.instance('Retries');
          assert.deepEqual([row?.runtimeStatus, row?.waits], ['Failed', undefined]);
        },
      ));

    it('tells of events that nobody waits for, of those that continueAsNew drops, and of code that has ended', () =>
      withSdkHub(
        sdk,
        {
          *Loops({ df }) {
            const input = df.getInput() as { again: boolean } | null;
            if (input?.again === true) {
              const timeout = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
              yield df.Task.any([df.waitForExternalEvent('Stop'), timeout]);
              return 'returned';
            }
            yield df.waitForExternalEvent('Go');
            const again = df.continueAsNew({ again: true });
            if (sdk.isV1) yield again;
          },
        },
        {},
        async (hub) => {
          await run(hub, 'Loops');
          const raise = async (name: string): Promise<void> => {
            await hub.engine.raiseEvent('Loops', name, 'null');
            await hub.engine.whenQuiet();
          };
          await raise('Early');
          assert.deepEqual((await hub.engine.waitingFor('Loops')).unawaited, ['Early']);
          await raise('Go');
          const started = hub.store.history('Loops').find(({ EventType }) => EventType === 'ExecutionStarted');
          assert.equal(started?.Note, 'events dropped by continueAsNew: Early');
          await raise('Stop');
          const waiting = await hub.engine.waitingFor('Loops');
          assert.deepEqual(
            [hub.store.instance('Loops')?.runtimeStatus, waiting.codeEnded, waiting.timers.length],
            ['Running', true, 1],
          );
          hub.clock.advance(60_000);
          await hub.engine.whenQuiet();
          assert.equal(hub.store.instance('Loops')?.output, '"returned"');
        },
      ));

    it('W2, W5: a failed family is rewound: what failed runs again, what succeeded does not', () => {
      const calls = { SayHello: 0, Broken: 0 };
      return withSdkHub(
        sdk,
        {
          *Parent({ df }) {
            const hello: unknown = yield df.callActivity('SayHello', 'Tokyo');
            return [hello, yield df.callSubOrchestrator('Child', null, 'child')];
          },
          *Child({ df }) {
            const hello: unknown = yield df.callActivity('SayHello', 'Seattle');
            return [hello, yield df.callActivity('Broken', null)];
          },
        },
        {
          SayHello: (name) => `Hello ${String(name)} ${++calls.SayHello}`,
          Broken: () => {
            calls.Broken += 1;
            if (calls.Broken < 3) throw new Error(`not yet: ${calls.Broken}`);
            return 'mended';
          },
        },
        async (hub) => {
          await run(hub, 'Parent');
          for (const attempt of [1, 2]) {
            assert.match(hub.store.instance('Parent')?.output ?? '', new RegExp(`not yet: ${attempt}`));
            await hub.engine.rewind('Parent', 'again');
            await hub.engine.whenQuiet();
          }
          assert.equal(hub.store.instance('Parent')?.output, '["Hello Tokyo 1",["Hello Seattle 2","mended"]]');
          assert.equal(
            hub.sequence('child'),
            'OS ES TS#0 OC | OS TC→0 GE#1 OC | OS GE→1 GE#2 OC | OS GE GE#1 OC | OS GE→1 GE#2 OC | OS GE TS#1 OC | OS TC→1 EC#2[Completed] OC',
          );
          assert.deepEqual(calls, { SayHello: 2, Broken: 3 });
        },
      );
    });

    it('S3, X7, X10: a child that fails, and one that is suspended, resumed and terminated', () =>
      withSdkHub(
        sdk,
        {
          *Parent({ df }) {
            try {
              yield df.callSubOrchestrator('Fails', null, 'failing');
            } catch (error) {
              return error instanceof Error && error.message.includes('no luck');
            }
          },

          *Fails() {
            throw new Error('no luck');
          },
          *Waits({ df }) {
            yield df.waitForExternalEvent('Go');
            yield df.waitForExternalEvent('Never');
          },
        },
        {},
        async (hub) => {
          await run(hub, 'Parent');
          assert.equal(hub.store.instance('Parent')?.output, 'true');
          assert.equal(hub.store.instance('failing')?.output, "Orchestrator function 'Fails' failed: no luck");
          await run(hub, 'Waits');
          assert.deepEqual(hub.store.instance('Waits')?.awaitedEvents, ['Go']);
          await hub.engine.suspend('Waits', 'hold');
          await hub.engine.whenQuiet();
          await hub.engine.raiseEvent('Waits', 'Go', '1');
          await hub.engine.whenQuiet();
          await hub.engine.resume('Waits', 'on');
          await hub.engine.whenQuiet();
          assert.deepEqual(hub.store.instance('Waits')?.awaitedEvents, ['Never']);
          await hub.engine.terminate('Waits', 'enough', { recursive: false });
          await hub.engine.whenQuiet();
          assert.equal(hub.sequence('Waits'), 'OS ES OC | OS ESu OC | OS ER OC | OS ERe OC | OS ET EC#0[Terminated] OC');
        },
      ));
  });
}
