/** What a worker of another language may do to its host: nothing of it ends the emulator (spec/functionrpc-workers.md 2). */
import assert from 'node:assert/strict';
import { DurascopeError } from '../../../src/core/values/errors';
import { episodeOutcomeProblem } from '../../../src/workers/supervision/outcome-form';
import { firstEvents } from '../worker-fixture';
import { RpcLog } from '../../../src/wire/generated/function-rpc';
import { letTimePass } from '../../support/let-time-pass';
import { ManualClock } from '../../support/manual-clock';
import { type Behaviour, failure, StubApp, stubFunction, StubProcess } from '../../support/stub-rpc-worker';

const sound: Behaviour = () => false;
const silent: Behaviour = (_, said) => said.$case === 'invocationRequest';
const json = (value: string) => ({ data: { $case: 'json' as const, value } });

describe('a worker over FunctionRpc', () => {
  const started: StubApp[] = [];
  const start = async (...args: Parameters<typeof StubApp.start>): Promise<StubApp> => {
    const app = await StubApp.start(...args);
    started.push(app);
    return app;
  };
  const invalid = async (pattern: RegExp, ...args: Parameters<typeof StubApp.start>): Promise<void> => {
    await assert.rejects(start(...args), (error: unknown) => {
      assert.ok(DurascopeError.is(error, 'AppInvalid'), String(error));
      assert.match(error.message, pattern);
      return true;
    });
  };
  /** The app answers, with the process that it had. */
  const isSound = async (app: StubApp, processes = 1): Promise<void> => {
    assert.deepEqual(await app.square(), { ok: true, result: '49' });
    assert.equal(app.processes.length, processes);
  };

  const undo: (() => void)[] = [];
  afterEach(() => {
    for (const step of undo.splice(0)) step();
    return Promise.all(started.splice(0).map((app) => app.stop()));
  });

  describe('that is started', () => {
    it('and ends is said with its last words', () =>
      invalid(/exit code 134.*no database/s, sound, {
        begin: (process) => {
          process.stderr.write('Unhandled exception: no database\n');
          setImmediate(() => process.exit(134));
        },
      }));

    it('has settings of .NET that suit a short life, where its developer says nothing else', async () => {
      // As the tests' own builds have it, which would be the developer's word.
      const { DOTNET_TieredPGO: ofTests } = process.env;
      undo.push(() => {
        if (ofTests !== undefined) process.env['DOTNET_TieredPGO'] = ofTests;
      });
      delete process.env['DOTNET_TieredPGO'];
      const quiet = (await start(sound)).processes[0]?.spec.env ?? {};
      assert.equal(quiet['DOTNET_GCHeapHardLimitPercent'], '0x32');
      assert.equal(quiet['DOTNET_TieredPGO'], '0');
      assert.equal(quiet['DOTNET_GCgen0size'], '0x1000000');
      const env = { DOTNET_gcHeapHardLimit: '0x10000000', COMPlus_TieredPGO: '1', DOTNET_GCGen0MaxBudget: '0x600000' };
      const said = (await start(sound, { env })).processes[0]?.spec.env ?? {};
      assert.equal(said['DOTNET_GCHeapHardLimitPercent'], undefined);
      assert.equal(said['DOTNET_TieredPGO'], undefined);
      assert.equal(said['DOTNET_GCgen0size'], undefined);
    });

    it('is not asked to load functions that a setting disables', async () => {
      const app = await start(sound, { env: { 'AzureWebJobs.chain.Disabled': 'True', AzureWebJobs_Page_Disabled: '1' } });
      assert.deepEqual(
        app.worker.functions().map(({ name }) => name),
        ['Square', 'Counter', 'Nightly'],
      );
      const loads = app.processes[0]?.heard.flatMap((said) =>
        said.$case === 'functionLoadRequest' ? [said.value.functionId] : [],
      );
      assert.deepEqual(loads, ['1', '4', '5']);
      const notes = app.logs.filter(({ message }) => message.startsWith('Disabled'));
      assert.deepEqual(
        notes.map(({ message }) => message),
        ["Disabled, so not among the app's functions: Chain, Page."],
      );
      await isSound(app);
    });

    it('with a function that it cannot load has a problem, calls of it fail, and the others run', async () => {
      const unloadable =
        (...names: string[]): Behaviour =>
        (process, said) => {
          if (said.$case !== 'functionLoadRequest' || !names.includes(said.value.metadata?.name ?? '')) return false;
          const { functionId } = said.value;
          const result = failure("Method 'Square' specified in EntryPoint was not found.", 'System.InvalidOperationException');
          process.say({ $case: 'functionLoadResponse', value: { functionId, result } });
          return true;
        };
      const app = await start(unloadable('Square', 'Counter'));
      const [first, second] = app.worker.problems;
      assert.equal(first?.severity, 'error');
      assert.match(
        first.message,
        /^Function "Square" cannot be loaded: Method 'Square' .* was not found\..*no class inside another class/,
      );
      assert.match(second?.message ?? '', /^Function "Counter" cannot be loaded/);
      assert.match(
        app.logs.find(({ level }) => level === 'error')?.message ?? '',
        /Function "Square" cannot be loaded: .*\nCalls of it fail, the other functions run\.$/s,
      );
      assert.equal(app.worker.functions().length, 5, 'it is there to be called, as in production');
      const square = await app.square();
      assert.ok(!square.ok);
      assert.match(JSON.stringify(square), /specified in EntryPoint was not found/);
      assert.equal((await app.page()).status, 200);
      assert.deepEqual(
        app.invocations().map(({ functionId }) => functionId),
        ['3'],
        'the worker is not asked',
      );
      await invalid(/"Square" cannot be loaded/, unloadable('Square', 'Chain', 'Page', 'Counter', 'Nightly'));
    });

    it('and comes to its end without a word is said to need its host', () =>
      invalid(/exit code 0.*it has to call Run on its host/, sound, { begin: (process) => process.exit(0) }));

    it('and never connects is given up by name', () =>
      invalid(/did not connect within 0.05 s/, sound, { begin: () => undefined, loadTimeoutMs: 50 }));

    for (const kind of ['workerInitRequest', 'functionsMetadataRequest', 'functionLoadRequest'] as const) {
      it(`and does not answer ${kind} is given up by name`, async () => {
        const asked: string[] = [];
        const mute: Behaviour = (_, { $case }) => {
          if ($case === kind) asked.push(kind);
          return $case === kind;
        };
        // On a busy machine it may not be asked so soon.
        for (let loadTimeoutMs = 100; asked.length === 0; loadTimeoutMs *= 4) {
          await assert.rejects(start(mute, { loadTimeoutMs }), (error: unknown) => {
            const expected = asked.length > 0 ? `did not finish loading within ${loadTimeoutMs / 1000} s` : 'did not';
            assert.ok(DurascopeError.is(error, 'AppInvalid'), String(error));
            assert.match(error.message, new RegExp(expected));
            return true;
          });
        }
      });
    }

    it('with another worker’s id is sent away, and one that says nothing first too', async () => {
      await invalid(/did not connect/, sound, {
        loadTimeoutMs: 100,
        begin: (process) => {
          process.connect();
          process.say({ $case: 'startStream', value: { workerId: 'somebody' } });
          process.connect();
          process.say({ $case: 'workerStatusResponse', value: {} });
        },
      });
    });

    it('with functions that cannot be read is said by name', async () => {
      const lists = {
        'has a binding that cannot be read': [{ ...stubFunction('1', 'Odd', 'activityTrigger'), rawBindings: ['{'] }],
        'has no trigger binding': [{ ...stubFunction('1', 'Odd', 'activityTrigger'), rawBindings: [] }],
        'Two functions are named "odd"': [
          stubFunction('1', 'Odd', 'activityTrigger'),
          stubFunction('2', 'odd', 'activityTrigger'),
        ],
      };
      for (const [text, functions] of Object.entries(lists)) {
        await invalid(new RegExp(text), (process) => {
          process.functions = functions;
          return false;
        });
      }
    });

    it('with an address for HTTP that is none is said by name', () =>
      invalid(/takes HTTP requests at "nowhere at all"/, (process) => {
        process.capabilities = { HttpUri: 'nowhere at all' };
        return false;
      }));

    it('and sends what is no message is said so', () =>
      invalid(/stream of the app's process broke \(what came is no message/, (process, { $case }) => {
        if ($case === 'functionsMetadataRequest') process.sayBytes(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]));
        return false;
      }));
  });

  describe('that talks nonsense', () => {
    it('is not minded: unknown messages, ids that were not given out, answers given twice, a second handshake', async () => {
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest') return false;
        // Field 99, of a kind that is not known.
        process.sayBytes(Buffer.from([0x9a, 0x06, 0x00]));
        process.sayBytes(Buffer.alloc(0));
        process.returns({ ...said.value, invocationId: 'nobody' }, json('1'));
        process.say({ $case: 'functionLoadResponse', value: { functionId: '77', result: undefined } });
        process.say({ $case: 'workerInitResponse', value: { workerVersion: '', capabilities: {}, result: undefined } });
        const noFunctions = { functionMetadataResults: [], result: undefined, useDefaultMetadataIndexing: false };
        process.say({ $case: 'functionMetadataResponse', value: noFunctions });
        process.say({ $case: 'startStream', value: { workerId: 'again' } });
        process.say({ $case: 'invocationRequest', value: said.value });
        process.returns(said.value, json('49'));
        process.returns(said.value, json('50'));
        return true;
      });
      await isSound(app);
      await isSound(app);
      assert.equal(app.worker.functions().length, 5);
    });

    it('has one stream: another that knows its id is sent away', async () => {
      const app = await start(silent);
      const [process] = app.processes;
      assert.ok(process !== undefined);
      const outcome = app.square();
      const asked = await app.invoked();
      const own = new StubProcess(
        process.spec,
        () => false,
        () => undefined,
      );
      const ended = new Promise((resolve) => own.connect().once('status', resolve));
      own.say({ $case: 'startStream', value: { workerId: own.workerId } });
      await ended;
      own.kill();
      process.returns(asked, json('49'));
      assert.deepEqual(await outcome, { ok: true, result: '49' });
    });

    it('fails the activity whose result it says is JSON and is not', async () => {
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest') return false;
        process.returns(said.value, json('{"a":'));
        return true;
      });
      const outcome = await app.square();
      assert.ok(!outcome.ok);
      assert.match(outcome.reason, /Activity function 'Square' failed: its result is no JSON/);
    });

    it('fails the orchestration that decides what is no work, or has it handed back as failed', async () => {
      const states: readonly unknown[] = [
        { actions: [[{ actionType: 0, functionName: 5, input: 'x' }]] },
        { actions: [[{ actionType: 0, functionName: 'Square', input: { a: 1 } }]], customStatus: 5 },
        { actions: [[{ actionType: 2, functionName: 'Chain', instanceId: { no: 'text' } }]] },
        { actions: [[{ actionType: 5, fireAt: 'never' }]] },
        { actions: [[{ actionType: 99 }]] },
        { actions: 7 },
        { IsDone: true, Actions: [], Output: { any: 1 } },
        [],
        'text',
        null,
      ];
      const left = states.map((state) => JSON.stringify({ isDone: false, ...(state as object) }));
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest' || said.value.functionId !== '2') return false;
        process.returns(said.value, json(left.shift() ?? 'null'));
        return true;
      });
      for (const [index] of states.entries()) {
        const newEvents = firstEvents('Chain', null, `i${index}`);
        const request = { instanceId: `i${index}`, executionId: `e${index}`, name: 'Chain', history: [], newEvents };
        const outcome = await app.worker.runEpisode(request).catch((error: unknown) => {
          assert.ok(DurascopeError.is(error, 'WorkFailed'), String(error));
          return null;
        });
        if (outcome !== null) assert.equal(episodeOutcomeProblem(outcome), null);
      }
      await isSound(app);
    });

    it('fails the activity with a message that is deep JSON', async () => {
      const deep = `{"errorType":"T","errorMessage":"m","innerFailure":`;
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest') return false;
        process.fails(said.value, `${deep.repeat(5_000)}null${'}'.repeat(5_000)}`);
        return true;
      });
      const outcome = await app.square();
      assert.ok(!outcome.ok);
      assert.equal(outcome.failureDetails?.ErrorType, 'T');
    });

    it('answers an HTTP request with 500 where it says nonsense', async () => {
      const http = (statusCode: string) => ({
        data: {
          $case: 'http' as const,
          value: {
            ...{ method: '', url: '', headers: {}, query: {}, params: {}, statusCode, body: undefined, rawBody: undefined },
            ...{ cookies: [], nullableHeaders: {}, nullableQuery: {}, nullableParams: {} },
          },
        },
      });
      const answers = [http('many'), http('-1'), undefined];
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest') return false;
        process.returns(said.value, answers.shift());
        return true;
      });
      assert.deepEqual([(await app.page()).status, (await app.page()).status, (await app.page()).status], [500, 500, 204]);
    });

    it('is ended and started again when it sends what is no message, and what ran is handed back', async () => {
      const app = await start((process, said, app) => {
        if (said.$case !== 'invocationRequest' || app.processes.length > 1) return false;
        process.sayBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
        return true;
      });
      await assert.rejects(app.square(), (error) => {
        assert.ok(DurascopeError.is(error, 'WorkerExited'));
        assert.match(error.message, /stream of the app's process broke \(what came is no message/);
        return true;
      });
      await isSound(app, 2);
    });

    it('is ended when it sends more than a message may have', async () => {
      const app = await start((process, said, app) => {
        if (said.$case !== 'invocationRequest' || app.processes.length > 1) return false;
        process.returns(said.value, { data: { $case: 'bytes', value: Buffer.alloc(129 * 1024 * 1024) } });
        return true;
      });
      await assert.rejects(app.square(), (error) => {
        assert.ok(DurascopeError.is(error, 'WorkerExited'));
        assert.match(error.message, /sent more than 128 MB at once/);
        return true;
      });
      await isSound(app, 2);
    });

    it('is told of an activity what its trigger holds, the properties of an object too, as the real host does', async () => {
      const app = await start(sound);
      const told = async (input: string): Promise<Record<string, unknown>> => {
        await app.worker.runActivity({ instanceId: 'i', executionId: 'e', taskId: 0, name: 'Square', input });
        const { triggerMetadata = {} } = app.invocations().at(-1) ?? {};
        return Object.fromEntries(
          Object.entries(triggerMetadata).map(([name, { data }]) => [name, data && [data.$case, data.value]]),
        );
      };
      const object = '{"Name":"x","deep":{"q":1},"list":[1],"none":null,"isSo":true,"half":0.5,"data":"own"}';
      assert.deepEqual(await told(`[${object}]`), {
        instanceId: ['string', 'i'],
        trigger: ['string', object],
        data: ['string', 'own'],
        Name: ['string', 'x'],
        deep: ['json', '{"q":1}'],
        isSo: ['string', 'True'],
        half: ['string', '0.5'],
      });
      assert.deepEqual(await told('["Tokyo"]'), {
        instanceId: ['string', 'i'],
        trigger: ['string', '"Tokyo"'],
        data: ['json', '"Tokyo"'],
      });
    });

    it('is told beside a timer when it fires, in local time, and nothing of its schedule', async () => {
      const app = await start(sound);
      await app.worker.invokeTimer('Nightly', { isPastDue: true }, new Date(2026, 2, 9, 3, 0, 5));
      const { inputData = [], triggerMetadata } = app.invocations().at(-1) ?? {};
      assert.deepEqual(triggerMetadata, { TimerTrigger: { data: { $case: 'string', value: '03/09/2026 03:00:05' } } });
      const told = inputData[0]?.data?.data;
      assert.ok(told?.$case === 'json' && (JSON.parse(told.value) as { IsPastDue: unknown }).IsPastDue === true);
    });

    it('is not sent more than a message may have', async () => {
      const app = await start(sound);
      const input = JSON.stringify(['x'.repeat(129 * 1024 * 1024)]);
      const asked = app.worker.runActivity({ instanceId: 'i', executionId: 'e', taskId: 0, name: 'Square', input });
      await assert.rejects(asked, (error) => {
        assert.ok(DurascopeError.is(error, 'WorkFailed'));
        assert.match(error.message, /'Square' cannot be sent .* 129 MB, and at most 128 MB/);
        return true;
      });
      await isSound(app);
    });

    it('may log of an invocation that it has answered: the line is its instance’s', async () => {
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest') return false;
        process.answer(said);
        const { invocationId } = said.value;
        process.say({
          $case: 'rpcLog',
          value: { ...RpcLog.decode(new Uint8Array()), category: 'Late', level: 3, message: 'after it', invocationId },
        });
        return true;
      });
      await isSound(app);
      const late = await app.eventually(() => app.logs.find(({ message }) => message === 'after it'));
      assert.deepEqual([late.instanceId, late.functionName], ['instance', 'Square']);
    });

    it('may flood its log and its output', async () => {
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest') return false;
        for (let line = 0; line < 5_000; line++) {
          const log = {
            ...RpcLog.decode(new Uint8Array()),
            category: 'Flood',
            level: 99 as RpcLog['level'],
            message: `line ${line}`,
          };
          process.say({ $case: 'rpcLog', value: log });
        }
        for (let chunk = 0; chunk < 48; chunk++) process.stdout.write('x'.repeat(65_536));
        return false;
      });
      await isSound(app);
      await app.eventually(() => app.logs.find(({ message }) => message === 'line 4999'));
      assert.ok(app.logs.every(({ message }) => message.length <= 1_100_000));
    });
  });

  describe('that stops answering', () => {
    it('inside an orchestrator is told what may keep one from coming back', async () => {
      const clock = new ManualClock();
      const app = await start(
        (process, said) => {
          if (said.$case === 'workerStatusRequest') process.answer(said);
          return said.$case === 'invocationRequest' || said.$case === 'workerStatusRequest';
        },
        { watchdogMs: 120_000, watchdogTime: clock },
      );
      const hung = app.worker.runEncoded({ kind: 'orchestrator', name: 'Chain', instanceId: 'i', request: new Uint8Array() });
      await assert.rejects(
        letTimePass(clock, hung),
        /"Chain" \(instance i\) has not come back .* a loop that never ends; .*Nor may it block on a task \(\.Result, /,
      );
    });

    it('is ended by the watchdog, and what it did is handed back', async () => {
      const clock = new ManualClock();
      const app = await start(
        (_, { $case }, app) => app.processes.length === 1 && ($case === 'invocationRequest' || $case === 'workerStatusRequest'),
        { watchdogMs: 120_000, watchdogTime: clock },
      );
      await assert.rejects(letTimePass(clock, app.square()), (error) => DurascopeError.is(error, 'WorkerHung'));
      await isSound(app, 2);
    });

    it('closes its stream, and is ended', async () => {
      const app = await start((process, said, app) => {
        if (said.$case !== 'invocationRequest' || app.processes.length > 1) return false;
        process.exit(0);
        return true;
      });
      await assert.rejects(app.square(), (error) => DurascopeError.is(error, 'WorkerExited'));
      await isSound(app, 2);
    });

    it('crashes again and again, and is tried with longer and longer pauses', async () => {
      let crashes = 2;
      const app = await start((process, said) => {
        if (said.$case !== 'invocationRequest' || crashes === 0) return false;
        crashes--;
        process.exit(139);
        return true;
      });
      await assert.rejects(app.square());
      await assert.rejects(app.square());
      await isSound(app, 3);
    });
  });

  describe('that is replaced while it is busy', () => {
    it('goes on with what it has, and the new one gets what comes', async () => {
      const app = await start((_, said, app) => said.$case === 'invocationRequest' && app.processes.length === 1);
      const old = app.square(1);
      const asked = await app.invoked();
      await app.worker.reload();
      assert.deepEqual(await app.square(), { ok: true, result: '49' });
      app.processes[0]?.returns(asked, json('"old"'));
      assert.deepEqual(await old, { ok: true, result: '"old"' });
      await app.processes[0]?.exited;
    });

    it('is told to stop when it takes too long: what fails for it is run again, what succeeds counts', async () => {
      const app = await start(
        (process, said, app) => {
          if (process !== app.processes[0]) return false;
          if (said.$case === 'invocationCancel') {
            const { invocationId } = said.value;
            const [first] = app.invocations();
            if (invocationId === first?.invocationId) process.fails({ invocationId }, 'A task was canceled.');
            else process.returns({ ...(first as NonNullable<typeof first>), invocationId }, json('"done"'));
          }
          return said.$case === 'invocationRequest';
        },
        { drainMs: 20 },
      );
      const first = app.square(1);
      const second = app.square(2);
      await app.invoked(1);
      const handedBack = assert.rejects(first, (error) => DurascopeError.is(error, 'WorkerExited'));
      await app.worker.reload();
      await handedBack;
      assert.deepEqual(await second, { ok: true, result: '"done"' });
      assert.equal(app.cancelled().length, 2);
    });

    it('whose successor does not load stays', async () => {
      const app = await start((process, said, app) => {
        if (said.$case !== 'functionLoadRequest' || process === app.processes[0]) return false;
        const { functionId } = said.value;
        process.say({ $case: 'functionLoadResponse', value: { functionId, result: failure('no such type') } });
        return true;
      });
      await app.worker.reload();
      assert.match(
        app.events.find((event) => event.type === 'appError')?.message ?? '',
        /"Square" cannot be loaded: no such type/,
      );
      await isSound(app, 2);
    });
  });

  describe('is told to stop what it runs', () => {
    it('when the caller of an HTTP function has left', async () => {
      const app = await start(silent);
      const controller = new AbortController();
      const answer = app.page(controller.signal);
      const { invocationId } = await app.invoked();
      controller.abort();
      await app.eventually(() => app.cancelled()[0]);
      assert.deepEqual(app.cancelled(), [invocationId]);
      app.processes[0]?.fails({ invocationId }, 'A task was canceled.', 'System.Threading.Tasks.TaskCanceledException');
      await assert.rejects(answer);
    });

    it('when the time of host.json is over; the activity has failed, in the words of the real host', async () => {
      const app = await start(
        (process, said) => {
          if (said.$case === 'invocationCancel') process.fails(said.value, 'A task was canceled.');
          return said.$case === 'invocationRequest' && process.heard.length < 9;
        },
        { host: { functionTimeout: '00:00:00.05' } },
      );
      const outcome = await app.square();
      assert.ok(!outcome.ok);
      const { ErrorType, ErrorMessage } = outcome.failureDetails ?? {};
      // As the extension reads any message: what stands before the colon is taken for the type.
      assert.deepEqual(
        [ErrorType, ErrorMessage],
        ['Timeout value of 00:00:00.0500000 was exceeded by function', 'Functions.Square'],
      );
      await app.eventually(() => app.cancelled()[0]);
      assert.equal(app.processes.length, 1);
    });

    it('when that is over for each of several, begun one after the other and together', async () => {
      const app = await start(
        (process, said) => {
          if (said.$case === 'invocationCancel') process.fails(said.value, 'A task was canceled.');
          return said.$case === 'invocationRequest';
        },
        { host: { functionTimeout: '00:00:00.05' } },
      );
      const first = app.square(1);
      await app.invoked();
      const together = await Promise.all([first, app.square(2), app.square(3)]);
      assert.deepEqual(
        [...together, await app.square(4)].map(({ ok }) => ok),
        [false, false, false, false],
      );
      const asked = app.invocations().map(({ invocationId }) => invocationId);
      await app.eventually(() => (app.cancelled().length === asked.length ? true : undefined));
      assert.deepEqual(app.cancelled(), asked);
      assert.equal(new Set(asked).size, 4);
      for (const id of asked) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    });

    it('and ended when it goes on all the same', async () => {
      const app = await start((process, said, app) => silent(process, said, app) && app.processes.length === 1, {
        host: { functionTimeout: '00:00:00.02' },
      });
      assert.equal((await app.square()).ok, false);
      await app.eventually(() => app.logs.find(({ message }) => /"Square" went on for 2 s after its time/.test(message)));
      await app.eventually(() => app.events.find(({ type }) => type === 'workerExited'));
      // Whether the next process answers in time is another question.
      await app.square();
      assert.deepEqual(
        app.processes.map(({ heard }) => heard.filter(({ $case }) => $case === 'invocationRequest').length),
        [1, 1],
      );
    });

    it('when the emulator stops', async () => {
      const app = await start((process, said) => {
        if (said.$case === 'invocationCancel') process.fails(said.value, 'A task was canceled.');
        return said.$case === 'invocationRequest';
      });
      const outcome = app.square();
      const { invocationId } = await app.invoked();
      const handedBack = assert.rejects(outcome, (error) => DurascopeError.is(error, 'WorkerExited'));
      await app.worker.stop();
      await handedBack;
      const said = app.processes[0]?.heard.map(({ $case }) => $case) ?? [];
      assert.deepEqual(said.slice(-2), ['invocationCancel', 'workerTerminate']);
      assert.deepEqual(app.cancelled(), [invocationId]);
    });

    it('unless it cannot', async () => {
      const app = await start((process, said) => {
        process.capabilities = {};
        return said.$case === 'invocationRequest';
      });
      const outcome = app.square();
      await app.invoked();
      const handedBack = assert.rejects(outcome);
      await app.worker.stop();
      await handedBack;
      assert.deepEqual(app.cancelled(), []);
    });
  });
});
