// The functions of the scenarios that are played on programming model v3 with durable-functions 2.x.
const df = require('durable-functions');
const runs = new Map();
const count = (key) => (runs.set(key, (runs.get(key) ?? 0) + 1), runs.get(key));
const later = (context, ms) => new Date(context.df.currentUtcDateTime.getTime() + ms);

exports.SayHello = async (_context, name) => `Hello ${name}!`;
exports.Echo = async (_context, x) => x;
exports.Fail = async (_context, text) => { throw new Error(text ?? 'boom'); };
exports.FailTimes = async (_context, { key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok after ${n}`; };

exports.HelloCities = df.orchestrator(function* (context) {
  const out = [];
  for (const city of ['Tokyo', 'Seattle', 'London']) out.push(yield context.df.callActivity('SayHello', city));
  return out;
});
exports.Caught = df.orchestrator(function* (context) { try { yield context.df.callActivity('Fail', 'boom'); } catch (e) { return { name: e.name, message: e.message }; } });
exports.Uncaught = df.orchestrator(function* (context) { yield context.df.callActivity('Fail', 'boom'); });
exports.ThrowLate = df.orchestrator(function* (context) { context.df.setCustomStatus('near the end'); yield context.df.callActivity('Echo', 1); throw new RangeError('late'); });
exports.Retry = df.orchestrator(function* (context) { return yield context.df.callActivityWithRetry('FailTimes', new df.RetryOptions(500, 3), { key: context.df.instanceId, times: 1 }); });
exports.FanOut = df.orchestrator(function* (context) { const r = yield context.df.Task.all([1, 2, 3].map((i) => context.df.callActivity('Echo', i))); return r.reduce((a, b) => a + b, 0); });
exports.Child = df.orchestrator(function* (context) { return { parent: context.df.parentInstanceId, input: context.df.getInput() }; });
exports.Parent = df.orchestrator(function* (context) { return yield context.df.callSubOrchestrator('Child', { from: 'parent' }, `${context.df.instanceId}-child`); });
exports.ParentOfFail = df.orchestrator(function* (context) { try { yield context.df.callSubOrchestrator('ThrowLate', null, `${context.df.instanceId}-child`); } catch (e) { return { name: e.name, message: e.message }; } });
exports.Race = df.orchestrator(function* (context) {
  const e = context.df.waitForExternalEvent('go'), t = context.df.createTimer(later(context, 600000));
  const w = yield context.df.Task.any([e, t]);
  if (w === e) t.cancel();
  return w === e ? e.result : 'timeout';
});
exports.RaceThenNew = df.orchestrator(function* (context) {
  const { gen = 0, log = [] } = context.df.getInput() ?? {};
  const e = context.df.waitForExternalEvent('go'), t = context.df.createTimer(later(context, gen === 0 ? 600000 : 3000));
  const w = yield context.df.Task.any([e, t]);
  if (w === e) t.cancel();
  const now = [...log, w === e ? e.result : 'timeout'];
  if (gen < 1) { context.df.continueAsNew({ gen: gen + 1, log: now }); return; }
  return now;
});
exports.CountDown = df.orchestrator(function* (context) { const n = context.df.getInput(); yield context.df.callActivity('Echo', n); if (n > 0) { context.df.continueAsNew(n - 1); return; } return 'zero'; });
exports.Timer = df.orchestrator(function* (context) { yield context.df.createTimer(later(context, 1500)); return 'done'; });
exports.Http = df.orchestrator(function* (context) { const r = yield context.df.callHttp('GET', context.df.getInput()); return { status: r.statusCode, content: r.content }; });
exports.CallEntity = df.orchestrator(function* (context) {
  const id = new df.EntityId('Counter', context.df.instanceId);
  yield context.df.callEntity(id, 'add', 5);
  context.df.signalEntity(id, 'add', 2);
  return yield context.df.callEntity(id, 'get');
});
exports.EntityFails = df.orchestrator(function* (context) { try { yield context.df.callEntity(new df.EntityId('Counter', context.df.instanceId), 'fail'); return 'no error'; } catch (e) { return { name: e.name, message: e.message }; } });
exports.Kinds = df.orchestrator(function* (context) { const out = []; for (const x of context.df.getInput()) out.push(yield context.df.callActivity('Echo', x)); return out; });
exports.Counter = df.entity((context) => {
  const n = context.df.getState(() => 0);
  switch (context.df.operationName) {
    case 'add': context.df.setState(n + context.df.getInput()); break;
    case 'get': context.df.return(n); break;
    case 'fail': throw new Error('entity boom');
  }
});

// Twins of the kinds that only the programming model v4 had
const child = (context, name, input, suffix = 'child') => context.df.callSubOrchestrator(name, input, `${context.df.instanceId}-${suffix}`);
const retry = (interval, max) => new df.RetryOptions(interval, max);
exports.Slow = async (_context, { ms, value }) => { await new Promise((r) => setTimeout(r, ms)); return value; };
exports.Wait = df.orchestrator(function* (context) { return yield context.df.waitForExternalEvent(context.df.getInput() ?? 'go'); });
exports.ParentOfWait = df.orchestrator(function* (context) { return yield child(context, 'Wait', 'go'); });
exports.RetryInVain = df.orchestrator(function* (context) { return yield context.df.callActivityWithRetry('Fail', retry(500, 2), 'always'); });
exports.RetryChild = df.orchestrator(function* (context) { return yield context.df.callSubOrchestratorWithRetry('FailsTimes', retry(500, 3), { key: context.df.instanceId, times: 1 }, `${context.df.instanceId}-child`); });
exports.FailsTimes = df.orchestrator(function* (context) { return yield context.df.callActivity('FailTimes', context.df.getInput()); });
exports.FailsThenEcho = df.orchestrator(function* (context) { const x = yield context.df.callActivity('FailTimes', { key: context.df.instanceId, times: 1 }); return [x, yield context.df.callActivity('Echo', 'after')]; });
exports.StatusThenWait = df.orchestrator(function* (context) { context.df.setCustomStatus({ first: true }); const x = yield context.df.waitForExternalEvent('go'); context.df.setCustomStatus({ x }); yield context.df.callActivity('Echo', 1); return x; });
exports.StatusTooBig = df.orchestrator(function* (context) { context.df.setCustomStatus('s'.repeat(9000)); yield context.df.callActivity('Echo', 1); });
exports.Collect = df.orchestrator(function* (context) { const list = context.df.getInput() ?? []; const x = yield context.df.waitForExternalEvent('item'); if (list.length >= 2) return [...list, x]; context.df.continueAsNew([...list, x]); });
exports.AllFails = df.orchestrator(function* (context) { try { return yield context.df.Task.all([context.df.callActivity('Fail', 'one'), context.df.callActivity('Slow', { ms: 2500, value: 'slow' })]); } catch (e) { return [e.message.split('\n')[0], yield context.df.callActivity('Echo', 'after')]; } });
exports.RetryOrEvent = df.orchestrator(function* (context) { const r = context.df.callActivityWithRetry('Fail', retry(1500, 5), 'never'), e = context.df.waitForExternalEvent('stop'); const w = yield context.df.Task.any([r, e]); return w === e ? ['stopped', e.result] : 'retry'; });
exports.Booleans = df.orchestrator(function* (context) { return [yield context.df.callActivity('Echo', true), yield context.df.callActivity('Echo', { value: true })]; });
exports.HttpTwice = df.orchestrator(function* (context) { const url = context.df.getInput(); const a = yield context.df.callHttp('GET', `${url}/poll`); const b = yield context.df.callHttp('POST', `${url}/echo`, { x: 1 }, { 'x-mine': 'own' }); return [a.statusCode, a.content, b.statusCode, JSON.parse(b.content).sent]; });

// Two things at once
exports.EventNew = df.orchestrator(function* (context) { const list = context.df.getInput() ?? []; const e = context.df.waitForExternalEvent('go'), t = context.df.createTimer(later(context, list.length > 0 ? 1500 : 600000)); const w = yield context.df.Task.any([e, t]); if (w === e) t.cancel(); const x = yield context.df.callActivity('Echo', w === e ? e.result : 'timer'); if (list.length > 0) return [...list, x]; context.df.continueAsNew([x]); });
exports.Grandparent = df.orchestrator(function* (context) { return yield child(context, 'ParentOfUncaught', null, 'p'); });
exports.ParentOfUncaught = df.orchestrator(function* (context) { return yield child(context, 'FailsTimes', { key: context.df.instanceId, times: 1 }, 'c'); });
exports.NewThenFail = df.orchestrator(function* (context) { const n = context.df.getInput(); context.df.setCustomStatus({ n }); if (n > 0) { context.df.continueAsNew(n - 1); return; } return yield context.df.callActivity('FailTimes', { key: context.df.instanceId, times: 1 }); });
exports.ThrowText = df.orchestrator(function* (context) { if (context.df.getInput()) yield context.df.callActivity('Echo', 1); throw 'a text'; });
exports.ThrowOdd = df.orchestrator(function* (context) { if (context.df.getInput()) yield context.df.callActivity('Echo', 1); throw Object.assign(new TypeError('odd\ntwo lines'), { code: 7 }); });
exports.StatusForms = df.orchestrator(function* (context) { for (const form of context.df.getInput()) { context.df.setCustomStatus(form); yield context.df.waitForExternalEvent('next'); } return null; });
exports.WaitAll = df.orchestrator(function* (context) { return yield context.df.Task.all(['a', 'b'].map((n) => context.df.waitForExternalEvent(n))); });
exports.OpenTimer = df.orchestrator(function* (context) { context.df.createTimer(later(context, 2500)); const e = context.df.waitForExternalEvent('go'); return yield e; });
