import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HistoryEvent } from '../../src/core/history/history';
import type { InstanceRow } from '../../src/core/instances/instance';
import { blankComments, findEventNames } from '../../src/vscode/models/event-names';
import { excerptAt, locateFailure, locateInStack } from '../../src/vscode/models/stack-location';

describe('what is found in source text', () => {
  it('names of events that are waited for or raised, once each', () => {
    const text = `
      const a = yield context.df.waitForExternalEvent('Approved');
      const b = context.df.waitForExternalEvent<string>("BookingConfirmed");
      await client.raiseEvent(instanceId, 'Approved', true);
      await client.raiseEvent(request.params.get('id'), 'Cancelled');
      // waitForExternalEvent('Commented')
      context.df.waitForExternalEvent(\`dynamic\${x}\`);`;
    assert.deepEqual(findEventNames(text), ['Approved', 'BookingConfirmed', 'Cancelled']);
  });

  it('names of events in C# and in PowerShell', () => {
    const csharp = `
      var a = await context.WaitForExternalEvent<bool>("Approval", TimeSpan.FromHours(1));
      // context.WaitForExternalEvent<bool>("Commented")
      await client.RaiseEventAsync(id, "Go", 1);
      await context.WaitForExternalEvent<List<string>>("Lines");`;
    assert.deepEqual(findEventNames(csharp), ['Approval', 'Lines', 'Go']);
    const named = `
      [DurableEvent(nameof(ApprovalEvent))] public sealed record ApprovalEvent(bool Approved);
      [DurableEvent("Paid")] public sealed record Payment(decimal Amount);
      var go = await context.WaitForExternalEvent<string>(nameof(Events.Go));`;
    assert.deepEqual(findEventNames(named), ['ApprovalEvent', 'Paid', 'Go']);
    const script = `
      $a = Start-DurableExternalEventListener -EventName 'BookingConfirmed' -NoWait
      Send-DurableExternalEvent -InstanceId $id -EventName "Go" -EventData 1
      Start-DurableExternalEventListener -EventName "Made$up"`;
    assert.deepEqual(findEventNames(script), ['BookingConfirmed', 'Go']);
  });

  it('positions stay when comments are blanked', () => {
    const text = "a // x 'y\n/* b\n*/ c 'it\\'s // no comment' d";
    const blanked = blankComments(text);
    assert.equal(blanked.length, text.length);
    assert.equal(blanked, "a        \n    \n   c 'it\\'s // no comment' d");
  });
});

describe('the place of a failure', () => {
  const appDir = path.resolve('/app');
  const own = path.join(appDir, 'src', 'functions', 'orders.ts');

  it('is the innermost frame in the app itself, not in its packages', () => {
    const stack = [
      'Error: no stock',
      `    at inner (${path.join(appDir, 'node_modules', 'x', 'index.js')}:1:2)`,
      '    at node:internal/process/task_queues:95:5',
      `    at async reserve (${own}:12:7)`,
      `    at outer (${own}:30:1)`,
    ].join('\n');
    assert.deepEqual(locateInStack(stack, appDir), { file: own, line1: 12, column1: 7 });
  });

  it('is found in file URLs, without a function name, and inside of JSON', () => {
    const url = pathToFileURL(own).href;
    assert.deepEqual(locateInStack(`    at ${url}:3:4`, appDir), { file: own, line1: 3, column1: 4 });
    assert.deepEqual(locateInStack(`{"stack":"Error: x\\n    at f (${url}:3:4)"}`, appDir), { file: own, line1: 3, column1: 4 });
  });

  it('is told by the path that the user has, where the app is reached over a link', () => {
    const real = path.resolve('/real/place');
    const stack = `    at f (${path.join(real, path.relative(appDir, own))}:3:4)`;
    assert.deepEqual(locateInStack(stack, appDir, real), { file: own, line1: 3, column1: 4 });
    assert.equal(locateInStack(stack, appDir), undefined);
  });

  it('is found in the stacks of other languages, and shown with the lines around it', () => {
    for (const stack of [
      `   at Shop.Pay.Charge(Int32 amount) in ${own}:line 12\n   at System.Threading.Tasks.Task.Run()`,
      `at Charge, ${own}: line 12\nat <ScriptBlock>, /elsewhere/run.ps1: line 3`,
      `Traceback (most recent call last):\n  File "${path.join(appDir, 'first.py')}", line 3, in main\n  File "${own}", line 12, in charge\nValueError: no`,
    ])
      assert.deepEqual(locateInStack(stack, appDir), { file: own, line1: 12 });
    assert.deepEqual(excerptAt('a\nb\r\nc\nd', 3), { firstLine1: 1, lines: ['a', 'b', 'c', 'd'] });
    assert.deepEqual(excerptAt('  a\n\n    b', 3)?.lines, ['a', '', '  b']);
    assert.deepEqual(excerptAt('\ta\n    b', 1)?.lines, ['\ta', '    b']);
    assert.equal(excerptAt('a', 7), null);
  });

  it('is unknown without a stack, and outside of the app', () => {
    assert.equal(locateInStack('Error: x', appDir), undefined);
    assert.equal(locateInStack(`    at f (${path.resolve('/elsewhere/a.js')}:1:1)`, appDir), undefined);
  });

  it('comes from the innermost cause', () => {
    const frame = (line: number) => `    at f (${own}:${String(line)}:1)`;
    const row = {
      runtimeStatus: 'Failed',
      output: null,
      failureDetails: {
        ErrorType: 'Error',
        ErrorMessage: 'outer',
        StackTrace: frame(1),
        IsNonRetriable: false,
        InnerFailure: { ErrorType: 'Error', ErrorMessage: 'inner', StackTrace: frame(2), IsNonRetriable: false },
      },
    } as InstanceRow;
    assert.equal(locateFailure(row, [], appDir)?.line1, 2);
    assert.equal(locateFailure({ ...row, runtimeStatus: 'Running' }, [], appDir), undefined);
  });

  it('is where the orchestrator threw, whatever activity failed before', () => {
    const row = {
      runtimeStatus: 'Failed',
      output: 'failed: no stock',
      failureDetails: null,
      failureStack: `Error: no stock\n    at f (${own}:3:1)`,
    } as InstanceRow;
    const failed = { EventType: 'TaskFailed', Reason: 'x', Details: `    at f (${own}:8:1)` } as HistoryEvent;
    assert.equal(locateFailure(row, [failed], appDir)?.line1, 3);
  });

  it('comes from the last failed activity where the orchestrator itself names no line', () => {
    const row = { runtimeStatus: 'Failed', output: 'failed: no stock', failureDetails: null } as InstanceRow;
    const failed = (line: number) =>
      ({ EventType: 'TaskFailed', Reason: 'x', Details: `    at f (${own}:${String(line)}:1)` }) as HistoryEvent;
    const other = { EventType: 'OrchestratorCompleted' } as HistoryEvent;
    assert.equal(locateFailure(row, [failed(4), failed(8), other], appDir)?.line1, 8);
    assert.equal(locateFailure(row, [other], appDir), undefined);
  });
});
