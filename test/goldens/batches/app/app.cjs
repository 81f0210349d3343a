// What comes in one batch with a start: one orchestrator at a time (host.json), and one that keeps its process busy while others are started.
const { df, sleep, later, first, orchestration, activity, echo } = require('../../app-parts.cjs');

activity('Echo', echo);
activity('Slow', async ({ ms, value }) => { await sleep(ms); return value; });
const child = (context, name, input, suffix = 'child') => context.callSubOrchestrator(name, input, `${context.instanceId}-${suffix}`);
// Keeps its process busy until the client asks the page for the other address; a thread asks meanwhile.
const { Worker } = require('node:worker_threads');
const hold = (page, key) => {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const code = `const { address, done } = require('node:worker_threads').workerData; fetch(address).finally(() => { Atomics.store(done, 0, 1); Atomics.notify(done, 0); });`;
  new Worker(code, { eval: true, workerData: { address: `${page}/hold/${key}`, done } });
  Atomics.wait(done, 0, 0);
};

orchestration('Hold', function* (context, page) { hold(page, context.instanceId); return 'held'; });
orchestration('AtOnce', function* (context, input) { return input ?? 'at once'; });
orchestration('Throws', function* () { throw new Error('own'); });
orchestration('ThrowsText', function* () { throw 'a text'; });
orchestration('One', function* (context) { return yield context.callActivity('Echo', 1); });
orchestration('Many', function* (context) { return yield context.Task.all([1, 2, 3].map((n) => context.callActivity('Echo', n))); });
orchestration('Waits', function* (context) { return yield context.waitForExternalEvent('go'); });
orchestration('WaitsTwo', function* (context) { const a = yield context.waitForExternalEvent('go'); const b = yield context.waitForExternalEvent('go'); return [a, b]; });
orchestration('WaitsThenOne', function* (context) { const a = yield context.waitForExternalEvent('go'); return [a, yield context.callActivity('Echo', 1)]; });
orchestration('OneThenWaits', function* (context) { const a = yield context.callActivity('Echo', 1); return [a, yield context.waitForExternalEvent('go')]; });
orchestration('Status', function* (context) { context.setCustomStatus('first'); const a = yield context.waitForExternalEvent('go'); context.setCustomStatus('second'); return a; });
orchestration('News', function* (context, n) { if (n > 0) { context.continueAsNew(n - 1); return; } return yield context.callActivity('Echo', 1); });
orchestration('NewsWaits', function* (context, n) { if (n > 0) { context.continueAsNew(n - 1); return; } return yield context.waitForExternalEvent('go'); });
orchestration('WaitsThenNew', function* (context, n) { const got = yield context.waitForExternalEvent('go'); if (n > 0) { context.continueAsNew(n - 1); return; } return got; });
orchestration('Parent', function* (context) { try { return yield child(context, 'One'); } catch (e) { return first(e); } });
orchestration('Timer', function* (context) { yield context.createTimer(later(context, 1500)); return 'fired'; });
orchestration('Race', function* (context) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([e, t]); t.cancel(); return w === e ? e.result : 'late'; });
orchestration('RaceThenOne', function* (context) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([e, t]); t.cancel(); return [w === e ? e.result : 'late', yield context.callActivity('Echo', 1)]; });
orchestration('RaceThenNew', function* (context, n) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, n === 0 ? 1500 : 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); if (n > 0) { context.continueAsNew(n - 1); return; } return w === e ? e.result : 'late'; });
orchestration('Signals', function* (context) { context.signalEntity(new df.EntityId('Counter', context.instanceId), 'add', 1); return 'signalled'; });
orchestration('Calls', function* (context) { return yield context.callEntity(new df.EntityId('Counter', context.instanceId), 'add', 1); });
df.app.entity('Counter', (context) => {
  const n = context.df.getState(() => 0) + context.df.getInput();
  context.df.setState(n);
  context.df.return(n);
});
// New generations, and what waits while the generation before is at work.
orchestration('NewsAfterWait', function* (context, n) { if (n === 3) yield context.waitForExternalEvent('go'); if (n > 0) { context.continueAsNew(n - 1); return; } return 'zero'; });
orchestration('WaitsOne', function* (context) { const a = yield context.waitForExternalEvent('go'); return [a, yield context.callActivity('Echo', 2)]; });
