/** What is made of the lines that a worker logs. The exceptions are as Microsoft.Azure.Functions.Worker 2.52.0 sends them. */
import assert from 'node:assert/strict';
import { RpcLog } from '../../../src/wire/generated/function-rpc';
import { readLog } from '../../../src/workers/rpc/functions/rpc-log';

const generated = '   at Shop.DirectFunctionExecutor.ExecuteAsync(FunctionContext context) in /a b/Shop/obj/Debug/G.g.cs:line 94';
const ofPackage = '   at Microsoft.Azure.Functions.Run() in /_/src/Execution/Run.cs:line 34';
const isSource = (file: string): boolean => file.startsWith('/a b/Shop/') && !file.includes('/obj/');

const read = (message: string, exception?: { message: string; stackTrace: string }, category = 'Shop.Orders') =>
  readLog(
    {
      ...RpcLog.decode(new Uint8Array()),
      category,
      level: 4,
      message,
      exception: exception === undefined ? undefined : { type: '', source: '', isUserException: false, ...exception },
    },
    isSource,
  );

describe('a line that a worker logs', () => {
  it('has no place in the code: none is told', () => {
    assert.deepEqual(read('saying hello'), { level: 'error', category: 'user', message: 'saying hello' });
  });

  it('has the place where the exception in it was thrown, and its stack once', () => {
    const stackTrace =
      '   at Shop.Orders.Deep() in /a b/Shop/Orders.cs:line 77\n   at Shop.Orders.Take() in /a b/Shop/Orders.cs:line 68';
    const message = `System.InvalidOperationException: no stock\n${stackTrace}`;
    const entry = read('it failed for A', { message, stackTrace });
    assert.deepEqual(entry.place, { file: '/a b/Shop/Orders.cs', line: 77, column: 1 });
    assert.equal(entry.message, `it failed for A\n${message}`);
  });

  it('has the place in the app’s own sources: not in what a build wrote, nor in a package', () => {
    const stackTrace = `${ofPackage}\n${generated}\n   at Shop.Orders.Take() in /a b/Shop/Orders.cs:line 68`;
    assert.equal(read('', { message: 'no', stackTrace }).place?.line, 68);
    assert.equal(read('', { message: 'no', stackTrace: `${ofPackage}\n${generated}` }).place, undefined);
    // Without debug information a stack has no files.
    assert.equal(read('', { message: 'no', stackTrace: '   at Shop.Orders.Take()' }).place, undefined);
  });

  it('tells the failure of an activity as .NET writes an exception, though it comes as JSON; its place is that of the outermost', () => {
    const outer = '   at Shop.Orders.Take() in /a b/Shop/Orders.cs:line 72';
    const inner = '   at Shop.Orders.Deep() in /a b/Shop/Orders.cs:line 77';
    const innerFailure = { errorType: 'System.InvalidOperationException', errorMessage: 'no stock', stackTrace: inner };
    const details = { errorType: 'OrderException', errorMessage: 'Order A is refused', stackTrace: outer, innerFailure };
    const category = 'Microsoft.Azure.Functions.Worker.FunctionsApplication';
    const entry = read("Function 'Take': it threw.", { message: JSON.stringify(details), stackTrace: outer }, category);
    assert.equal(entry.category, 'worker');
    assert.equal(
      entry.message,
      `Function 'Take': it threw.\nOrderException: Order A is refused\n${outer}\n ---> System.InvalidOperationException: no stock\n${inner}`,
    );
    assert.equal(entry.place?.line, 72);
    const withoutOwn = { ...details, stackTrace: ofPackage };
    assert.equal(read('', { message: JSON.stringify(withoutOwn), stackTrace: ofPackage }).place?.line, 77);
  });

  it('has the place that PowerShell’s worker names at the end of an error', () => {
    const message = [
      'EXCEPTION: no stock: A',
      '',
      'InvocationInfo        : ',
      '    PositionMessage  : At /a b/Shop/Throw/run.ps1:3 char:1',
      'ScriptStackTrace      : at Deep, /elsewhere/Module.psm1: line 9',
      '                        at <ScriptBlock>, /a b/Shop/Throw/run.ps1: line 3',
      '',
    ].join('\n');
    assert.deepEqual(read(message, undefined, '').place, { file: '/a b/Shop/Throw/run.ps1', line: 3, column: 1 });
    assert.equal(read(message.replace('EXCEPTION', 'INFORMATION'), undefined, '').place, undefined);
    assert.equal(read('EXCEPTION: at once, /a b/Shop/Throw/run.ps1: line 3', undefined, '').place, undefined);
  });

  it('says what to do where an orchestrator awaits something else than its context', () => {
    const message = 'An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks.';
    assert.match(read('It failed.', { message, stackTrace: '' }).message, /CreateTimer instead of Task\.Delay, and an activity/);
  });
});
