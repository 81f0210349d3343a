import assert from 'node:assert/strict';
import type { ActivityOutcome, FunctionDescriptor } from '../../src/core/ports/function-worker';
import { invokeFunction, type InvocableApp } from '../../src/emulator/app/invoke-function';

const types: Record<string, FunctionDescriptor['type']> = {
  Orchestrator: 'orchestrator',
  Entity: 'entity',
  Web: 'http',
  Clock: 'timer',
  Work: 'activity',
  Queue: 'other',
};

describe('a function called by hand', () => {
  let calls: unknown[] = [];
  let outcome: ActivityOutcome = { ok: true, result: '"done"' };
  let answer: () => Promise<string | null> = () => Promise.resolve('1');
  const app: InvocableApp = {
    functions: () => Object.entries(types).map(([name, type]) => ({ name, type, triggerType: `${type}Trigger` })),
    invoke: (...args) => {
      calls.push(args);
      return answer();
    },
    invokeTimer: (...args) => {
      calls.push(args);
      return answer();
    },
    runActivity: ({ name, input }) => {
      calls.push([name, input]);
      return Promise.resolve(outcome);
    },
  };
  beforeEach(() => {
    calls = [];
    outcome = { ok: true, result: '"done"' };
    answer = () => Promise.resolve('1');
  });

  it('gets what its trigger would bring; a timer that it is not past due; an activity its input', async () => {
    assert.equal(await invokeFunction(app, 'queue', '{"order":1}', { Id: '7' }), '1');
    assert.equal(await invokeFunction(app, 'Clock', null), '1');
    assert.equal(await invokeFunction(app, 'Work', '"Tokyo"'), '"done"');
    await invokeFunction(app, 'Work', null);
    await invokeFunction(app, 'Work', 'no JSON');
    assert.deepEqual(calls, [
      ['Queue', '{"order":1}', { Id: '7' }],
      ['Clock', { isPastDue: false }],
      ['Work', '["Tokyo"]'],
      ['Work', '[null]'],
      ['Work', '["no JSON"]'],
    ]);
  });

  it('fails with what it threw', async () => {
    answer = () => Promise.reject(new Error('boom'));
    outcome = { ok: false, reason: "Activity function 'Work' failed:  boom", details: '' };
    for (const name of ['Queue', 'Clock']) {
      await assert.rejects(invokeFunction(app, name, null), {
        code: 'FunctionFailed',
        message: `Function '${name}' failed: boom`,
      });
    }
    await assert.rejects(invokeFunction(app, 'Work', null), { code: 'FunctionFailed', message: /failed: {2}boom/ });
  });

  it('is none with a way of its own to be called, and none that is not there', async () => {
    await assert.rejects(invokeFunction(app, 'Orchestrator', null), { code: 'InvalidArgument', message: /start an instance/ });
    await assert.rejects(invokeFunction(app, 'Entity', null), { code: 'InvalidArgument', message: /signal it/ });
    await assert.rejects(invokeFunction(app, 'Web', null), { code: 'InvalidArgument', message: /call its URL/ });
    await assert.rejects(invokeFunction(app, 'Nobody', null), {
      code: 'UnknownFunction',
      message: 'The app has no function "Nobody": it has Orchestrator, Entity, Web, Clock, Work, Queue.',
    });
    assert.deepEqual(calls, []);
  });
});
