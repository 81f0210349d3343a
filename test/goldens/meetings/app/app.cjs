// The orchestrators of the scenarios where two features meet. Activities count their own runs by key, so that "fails twice, then works" needs
// no outside state.
const { df, count, sleep, later, orchestration, activity, echo } = require('../../app-parts.cjs');
const caught = (e) => ({ name: e?.name, message: e?.message });

activity('Echo', echo);
activity('Fail', (text) => { throw new Error(text ?? 'boom'); });
activity('FailTimes', ({ key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok after ${n}`; });
activity('FailLong', (n) => { throw new Error('f'.repeat(n)); });
activity('FailOdd', (kind) => {
  if (kind === 'undefined') throw undefined;
  if (kind === 'object') throw { code: 7, text: 'an object' };
  if (kind === 'number') throw 42;
  if (kind === 'empty') throw new Error('');
  class OwnError extends Error { constructor(text) { super(text); this.name = 'OwnError'; this.code = 'E_OWN'; } }
  throw new OwnError('own kind');
});
activity('Slow', async ({ ms, value }) => { await sleep(ms); return value; });
activity('SlowFail', async ({ ms, text }) => { await sleep(ms); throw new Error(text); });
activity('Big', (n) => 'x'.repeat(n));
activity('Accented', (n) => 'é'.repeat(n));
activity('Kinds', (kind) => ({ null: null, zero: 0, minus: -0.5, empty: '', list: [], object: {}, nested: { a: [1, { b: null }] }, text: '{"json":true}', date: new Date(0) })[kind]);

df.app.entity('Counter', (context) => {
  const n = context.df.getState(() => 0), input = context.df.getInput();
  switch (context.df.operationName) {
    case 'add': context.df.setState(n + input); break;
    case 'addThenGet': context.df.setState(n + input); context.df.return(n + input); break;
    case 'get': context.df.return(n); break;
    case 'delete': context.df.destructOnExit(); break;
    case 'deleteThenReturn': context.df.destructOnExit(); context.df.return('gone'); break;
    case 'fail': context.df.setState(n + 1000); throw new Error('entity boom');
    case 'failText': throw 'entity text';
    case 'grow': context.df.setState('s'.repeat(input)); break;
    case 'size': context.df.return(String(n).length); break;
    case 'new': context.df.return(context.df.isNewlyConstructed); break;
    case 'self': context.df.return({ id: context.df.entityId, name: context.df.entityName, key: context.df.entityKey }); break;
    case 'tell': context.df.setState(n + 1); context.df.signalEntity(new df.EntityId('Counter', input.to), 'add', input.add); break;
    case 'again': context.df.setState(n + 1); if (n < 3) context.df.signalEntity(new df.EntityId('Counter', context.df.entityKey), 'again'); break;
    case 'tellAndFail': context.df.signalEntity(new df.EntityId('Counter', input.to), 'add', input.add); throw new Error('after the signal');
    case 'object': context.df.setState({ at: { n: [1, 2] } }); context.df.return({ at: { n: [1, 2] } }); break;
    case 'unset': context.df.setState(undefined); break;
    case 'nullify': context.df.setState(null); break;
  }
});
df.app.entity('Slowly', async (context) => {
  const n = context.df.getState(() => 0);
  if (context.df.operationName === 'add') { await sleep(600); context.df.setState(n + context.df.getInput()); }
  context.df.return(n);
});
const counter = (context, suffix = '') => new df.EntityId('Counter', context.instanceId + suffix);

// Used by others
orchestration('Empty', function* () {});
orchestration('Return', function* (_context, input) { return input; });
orchestration('Child', function* (context, input) { return { parent: context.parentInstanceId, input }; });
orchestration('Wait', function* (context, input) { return yield context.waitForExternalEvent(input ?? 'go'); });
orchestration('WaitTwo', function* (context) { const a = yield context.waitForExternalEvent('go'); const b = yield context.waitForExternalEvent('go'); return [a, b]; });
orchestration('SlowChild', function* (context, input) { return yield context.callActivity('Slow', input); });
orchestration('ChildFailTimes', function* (context, input) { return yield context.callActivity('FailTimes', input); });
orchestration('Chain', function* (context, input) { const out = []; for (const x of input) out.push(yield context.callActivity('Echo', x)); return out; });

// Children and new generations
orchestration('ChildOfGenerations', function* (context, n) { yield context.callActivity('Echo', n); if (n > 0) { context.continueAsNew(n - 1); return; } return `end of ${context.instanceId}`; });
orchestration('ParentOfGenerations', function* (context, n) { return yield context.callSubOrchestrator('ChildOfGenerations', n, `${context.instanceId}-child`); });
orchestration('NewWithSameChild', function* (context, input) {
  const { n = 2, log = [] } = input ?? {};
  const r = yield context.callSubOrchestrator('Child', n, `${context.instanceId}-child`);
  if (n > 0) { context.continueAsNew({ n: n - 1, log: [...log, r] }); return; }
  return [...log, r];
});
orchestration('NewWithAutoChild', function* (context, n) {
  const r = yield context.callSubOrchestrator('Child', n);
  if (n > 0) { context.continueAsNew(n - 1); return; }
  return r;
});
orchestration('NewWhileChildRuns', function* (context, input) {
  if (!input) { context.callSubOrchestrator('SlowChild', { ms: 1500, value: 'late' }, `${context.instanceId}-child`); yield context.callActivity('Echo', 1); context.continueAsNew('second'); return; }
  return yield context.waitForExternalEvent('go');
});
orchestration('NewWhileActivityRuns', function* (context, input) {
  if (!input) { context.callActivity('Slow', { ms: 1500, value: 'of the first generation' }); yield context.callActivity('Echo', 1); context.continueAsNew('second'); return; }
  const a = yield context.callActivity('Slow', { ms: 3500, value: 'of the second generation' });
  return [input, a];
});
orchestration('NewWhileChildRunsSameNumber', function* (context, input) {
  if (!input) { context.callSubOrchestrator('SlowChild', { ms: 1500, value: 'of the first generation' }, `${context.instanceId}-one`); yield context.callActivity('Echo', 1); context.continueAsNew('second'); return; }
  return yield context.callSubOrchestrator('SlowChild', { ms: 4000, value: 'of the second generation' }, `${context.instanceId}-two`);
});
orchestration('NewWhileTimerRuns', function* (context, input) {
  if (!input) { context.createTimer(later(context, 2500)); yield context.callActivity('Echo', 1); context.continueAsNew('second'); return; }
  const t = context.createTimer(later(context, 6000)), e = context.waitForExternalEvent('go');
  const w = yield context.Task.any([t, e]);
  if (w === e) t.cancel();
  return w === t ? 'timer' : e.result;
});
orchestration('ThrowAfterNew', function* (context, n) { context.setCustomStatus({ n }); yield context.callActivity('Echo', n); if (n > 0) { context.continueAsNew(n - 1); return; } throw new Error(`thrown in the last generation`); });
orchestration('ParentOfThrowAfterNew', function* (context, n) { try { return yield context.callSubOrchestrator('ThrowAfterNew', n, `${context.instanceId}-child`); } catch (e) { return caught(e); } });
orchestration('RetryOfNewChild', function* (context) { return yield context.callSubOrchestratorWithRetry('FailInSecondGeneration', new df.RetryOptions(500, 3), { key: context.instanceId }, `${context.instanceId}-child`); });
orchestration('FailInSecondGeneration', function* (context, input) { if (!input.second) { yield context.callActivity('Echo', 'first'); context.continueAsNew({ ...input, second: true }); return; } return yield context.callActivity('FailTimes', { key: input.key, times: 1 }); });
orchestration('ChildrenThenNew', function* (context, input) {
  if (!input) { const r = yield context.Task.all(['a', 'b'].map((x) => context.callSubOrchestrator('Child', x, `${context.instanceId}-${x}`))); context.continueAsNew(r); return; }
  return input;
});
orchestration('NewAfterCaught', function* (context, input) { if (!input) { let m; try { yield context.callActivity('Fail', 'first generation'); } catch (e) { m = e.name; } context.continueAsNew({ m }); return; } yield context.callActivity('Echo', input.m); return input; });
orchestration('NewThenReturn', function* (context, n) { if (n > 0) context.continueAsNew(n - 1); yield context.callActivity('Echo', n); return `returned ${n}`; });
orchestration('NewThenThrow', function* (context, n) { if (n > 0) { context.continueAsNew(n - 1); throw new Error('after continueAsNew'); } yield context.callActivity('Echo', n); return 'zero'; });
orchestration('NewUndefined', function* (context, input) { const x = yield context.waitForExternalEvent('go'); if (x === 'new') { context.continueAsNew(undefined); return; } return { type: typeof input, value: input ?? 'none' }; });
orchestration('CollectThree', function* (context, input) { const list = input ?? []; const x = yield context.waitForExternalEvent('item'); if (list.length >= 2) return [...list, x]; context.continueAsNew([...list, x]); });
orchestration('CollectWithActivity', function* (context, input) { const list = input ?? []; const x = yield context.waitForExternalEvent('item'); const y = yield context.callActivity('Echo', x); if (list.length >= 2) return [...list, y]; context.continueAsNew([...list, y]); });
orchestration('OneOfThreeThenNew', function* (context, input) {
  if (!input) { const x = yield context.waitForExternalEvent('b'); yield context.callActivity('Slow', { ms: 800, value: 1 }); context.continueAsNew({ x }); return; }
  const a = yield context.waitForExternalEvent('a'), c = yield context.waitForExternalEvent('c');
  return { ...input, a, c };
});
orchestration('StatusAcrossNew', function* (context, input) {
  if (!input) { context.setCustomStatus('of the first'); yield context.callActivity('Echo', 1); context.continueAsNew('second'); return; }
  const x = yield context.waitForExternalEvent('go');
  context.setCustomStatus({ last: x });
  return x;
});

// Suspension
orchestration('TimerThenEcho', function* (context, ms) { yield context.createTimer(later(context, ms)); return yield context.callActivity('Echo', 'after the timer'); });
orchestration('SlowThenEcho', function* (context, ms) { const a = yield context.callActivity('Slow', { ms: ms ?? 1500, value: 'slow' }); return yield context.callActivity('Echo', `${a}!`); });
orchestration('SlowThenReturn', function* (context) { return yield context.callActivity('Slow', { ms: 1500, value: 'slow' }); });
orchestration('ParentOfSlow', function* (context) { return yield context.callSubOrchestrator('SlowChild', { ms: 1500, value: 'child' }, `${context.instanceId}-child`); });
orchestration('ParentOfWait', function* (context) { try { return yield context.callSubOrchestrator('Wait', 'go', `${context.instanceId}-child`); } catch (e) { return caught(e); } });
orchestration('RetryOnce', function* (context) { return yield context.callActivityWithRetry('FailTimes', new df.RetryOptions(2000, 3), { key: context.instanceId, times: 1 }); });
orchestration('AnyOfTwo', function* (context) { const w = ['a', 'b'].map((n) => context.waitForExternalEvent(n)); const r = yield context.Task.any(w); return { which: w.indexOf(r), value: r.result }; });
orchestration('AllOfTwo', function* (context) { return yield context.Task.all(['a', 'b'].map((n) => context.waitForExternalEvent(n))); });
orchestration('StatusThenWaitTwice', function* (context) { context.setCustomStatus('one'); const a = yield context.waitForExternalEvent('go'); context.setCustomStatus('two'); const b = yield context.waitForExternalEvent('go'); return [a, b]; });
orchestration('WaitThenThrow', function* (context) { const x = yield context.waitForExternalEvent('go'); throw new Error(`got ${x}`); });
orchestration('WaitThenNew', function* (context, input) { if (input) return input; const x = yield context.waitForExternalEvent('go'); context.continueAsNew(x); });

// Entities
orchestration('ManySignals', function* (context, n) { for (let i = 1; i <= n; i++) context.signalEntity(counter(context), 'add', i); return yield context.callEntity(counter(context), 'get'); });
orchestration('DeleteAndAgain', function* (context) {
  const id = counter(context), out = [];
  yield context.callEntity(id, 'add', 5);
  out.push(yield context.callEntity(id, 'deleteThenReturn'));
  out.push(yield context.callEntity(id, 'new'));
  out.push(yield context.callEntity(id, 'addThenGet', 2));
  return out;
});
orchestration('SignalDeleteCall', function* (context) { const id = counter(context); context.signalEntity(id, 'add', 5); context.signalEntity(id, 'delete'); context.signalEntity(id, 'add', 1); return yield context.callEntity(id, 'get'); });
orchestration('FailAmongSignals', function* (context) { const id = counter(context); context.signalEntity(id, 'add', 1); context.signalEntity(id, 'fail'); context.signalEntity(id, 'add', 2); return yield context.callEntity(id, 'get'); });
orchestration('FanOfCalls', function* (context, n) { const id = counter(context); return yield context.Task.all(Array.from({ length: n }, (_x, i) => context.callEntity(id, 'addThenGet', i + 1))); });
orchestration('CallOther', function* (context, key) { const id = new df.EntityId('Counter', key); const out = []; for (let i = 0; i < 2; i++) out.push(yield context.callEntity(id, 'addThenGet', 1)); return out.length; });
orchestration('TellOther', function* (context) { const id = counter(context); yield context.callEntity(id, 'tell', { to: `${context.instanceId}-other`, add: 7 }); yield context.createTimer(later(context, 4000)); return yield context.Task.all([context.callEntity(id, 'get'), context.callEntity(counter(context, '-other'), 'get')]); });
orchestration('TellAndFail', function* (context) { const id = counter(context); let m; try { yield context.callEntity(id, 'tellAndFail', { to: `${context.instanceId}-other`, add: 7 }); } catch (e) { m = caught(e); } yield context.createTimer(later(context, 4000)); return [m, yield context.callEntity(counter(context, '-other'), 'get')]; });
orchestration('BigState', function* (context, n) { const id = counter(context); yield context.callEntity(id, 'grow', n); return yield context.callEntity(id, 'size'); });
orchestration('BigCall', function* (context, n) { const id = counter(context); yield context.callEntity(id, 'ignore', 'i'.repeat(n)); return 'called'; });
orchestration('CallThenNew', function* (context, input) { const n = input ?? 0; const r = yield context.callEntity(counter(context), 'addThenGet', 1); if (n < 2) { context.continueAsNew(n + 1); return; } return r; });
orchestration('ParentAndChildCall', function* (context) { const id = counter(context); yield context.callEntity(id, 'add', 1); yield context.callSubOrchestrator('CallOther', context.instanceId, `${context.instanceId}-child`); return yield context.callEntity(id, 'get'); });
orchestration('CallOrTimer', function* (context, ms) { const c = context.callEntity(new df.EntityId('Slowly', context.instanceId), 'add', 1), t = context.createTimer(later(context, ms)); const w = yield context.Task.any([c, t]); if (w === c) t.cancel(); return w === c ? 'entity' : 'timer'; });
orchestration('CallNotAwaited', function* (context) { context.callEntity(counter(context), 'add', 1); return 'not awaited'; });
orchestration('FailTextOfEntity', function* (context) { try { yield context.callEntity(counter(context), 'failText'); } catch (e) { return caught(e); } });
orchestration('FailOfEntityUncaught', function* (context) { yield context.callEntity(counter(context), 'fail'); });
orchestration('ObjectOfEntity', function* (context) { const id = counter(context); const a = yield context.callEntity(id, 'object'); const b = yield context.callEntity(id, 'self'); yield context.callEntity(id, 'nullify'); const c = yield context.callEntity(id, 'new'); return [a, b, c]; });
orchestration('EntityUnset', function* (context) { const id = counter(context); yield context.callEntity(id, 'add', 4); yield context.callEntity(id, 'unset'); return yield context.callEntity(id, 'get'); });
orchestration('CallWithRetryLoop', function* (context) { const id = counter(context); let n = 0; for (let i = 0; i < 3; i++) try { yield context.callEntity(id, i < 2 ? 'fail' : 'get'); } catch { n++; yield context.createTimer(later(context, 1000)); } return n; });
orchestration('EntityThenFail', function* (context) { const r = yield context.callEntity(counter(context), 'addThenGet', 1); const x = yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); return [r, x]; });
orchestration('SlowCallThenEcho', function* (context) { const r = yield context.callEntity(new df.EntityId('Slowly', context.instanceId), 'add', 1); return yield context.callActivity('Echo', r); });

// Failures, retries and rewinds
orchestration('FailThenEcho', function* (context, times) { const a = yield context.callActivity('Echo', 'before'); const b = yield context.callActivity('FailTimes', { key: context.instanceId, times: times ?? 1 }); return [a, b, yield context.callActivity('Echo', 'after')]; });
orchestration('CaughtThenFail', function* (context) { try { yield context.callActivity('Fail', 'caught'); } catch {} return yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); });
orchestration('FanThenFail', function* (context) { return yield context.Task.all([context.callActivity('Echo', 1), context.callActivity('FailTimes', { key: context.instanceId, times: 1 }), context.callActivity('Echo', 3)]); });
orchestration('OwnThrow', function* (context) { yield context.callActivity('Echo', 1); throw new Error('own'); });
orchestration('FailInLastGeneration', function* (context, n) { if (n > 0) { yield context.callActivity('Echo', n); context.continueAsNew(n - 1); return; } return yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); });
orchestration('Grandparent', function* (context, input) { return yield context.callSubOrchestrator('ParentOfFail', input, `${context.instanceId}-p`); });
orchestration('ParentOfFail', function* (context, input) { const a = yield context.callActivity('Echo', 'parent'); return [a, yield context.callSubOrchestrator('ChildFailTimes', input, `${context.instanceId}-c`)]; });
orchestration('TwoChildrenOneFails', function* (context) { return yield context.Task.all([context.callSubOrchestrator('Child', 1, `${context.instanceId}-good`), context.callSubOrchestrator('ChildFailTimes', { key: context.instanceId, times: 1 }, `${context.instanceId}-bad`)]); });
orchestration('TimerThenFail', function* (context) { yield context.createTimer(later(context, 1000)); return yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); });
orchestration('EventThenFail', function* (context) { const x = yield context.waitForExternalEvent('go'); context.setCustomStatus({ x }); return [x, yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 })]; });
orchestration('RetryChildThenFail', function* (context) { return yield context.callSubOrchestratorWithRetry('ChildFailTimes', new df.RetryOptions(500, 2), { key: context.instanceId, times: 3 }, `${context.instanceId}-child`); });
orchestration('RetryChildTimes', function* (context, times) { return yield context.callSubOrchestratorWithRetry('ChildFailTimes', new df.RetryOptions(500, 2), { key: context.instanceId, times }, `${context.instanceId}-child`); });
orchestration('RetryChildThenActivity', function* (context) { const c = yield context.callSubOrchestratorWithRetry('ChildFailTimes', new df.RetryOptions(500, 2), { key: context.instanceId, times: 1 }, `${context.instanceId}-child`); return [c, yield context.callActivity('FailTimes', { key: `${context.instanceId}+`, times: 1 })]; });
orchestration('SameChildTwice', function* (context, times) { const out = []; for (let i = 0; i < 2; i++) try { out.push(yield context.callSubOrchestrator('ChildFailTimes', { key: context.instanceId, times }, `${context.instanceId}-child`)); } catch { out.push('failed'); } return [out, yield context.callActivity('FailTimes', { key: `${context.instanceId}+`, times: 1 })]; });
orchestration('RetryCaughtThenEcho', function* (context) { let m; try { yield context.callActivityWithRetry('Fail', new df.RetryOptions(500, 2), 'always'); } catch (e) { m = e.name; } return [m, yield context.callActivity('Echo', 'on')]; });
orchestration('RetryFanMixed', function* (context) { return yield context.Task.all([context.callActivityWithRetry('FailTimes', new df.RetryOptions(500, 3), { key: context.instanceId, times: 1 }), context.callActivity('Echo', 2), context.createTimer(later(context, 1500))]); });
orchestration('RetryOrEvent', function* (context) { const r = context.callActivityWithRetry('Fail', new df.RetryOptions(1500, 5), 'never'), e = context.waitForExternalEvent('stop'); const w = yield context.Task.any([r, e]); return w === e ? ['stopped', e.result] : 'retry'; });
orchestration('RetryOrTimer', function* (context) { const r = context.callActivityWithRetry('Fail', new df.RetryOptions(2000, 5), 'never'), t = context.createTimer(later(context, 1000)); const w = yield context.Task.any([r, t]); if (w === r) t.cancel(); return w === t ? 'timer' : 'retry'; });
orchestration('ActivityFailsLong', function* (context, n) { yield context.callActivity('FailLong', n); });
orchestration('ThrowLong', function* (context, n) { yield context.callActivity('Echo', 1); throw new Error('t'.repeat(n)); });
orchestration('OddFailures', function* (context) { const out = []; for (const kind of ['object', 'number', 'empty', 'own']) try { yield context.callActivity('FailOdd', kind); } catch (e) { out.push(e.message.split('\n')[0]); } return out; });
orchestration('AllFailTwice', function* (context) { try { yield context.Task.all([context.callActivity('SlowFail', { ms: 1500, text: 'second' }), context.callActivity('SlowFail', { ms: 10, text: 'first' })]); } catch (e) { const m = e.message.split('\n')[0]; yield context.callActivity('Slow', { ms: 2500, value: 1 }); return m; } });
orchestration('AnyFails', function* (context) { const a = context.callActivity('SlowFail', { ms: 10, text: 'quick failure' }), b = context.callActivity('Slow', { ms: 2000, value: 'slow' }); const w = yield context.Task.any([a, b]); return { which: w === a ? 'a' : 'b', completed: w.isCompleted, faulted: w.isFaulted }; });

// Durable HTTP
orchestration('Http', function* (context, input) { const r = yield context.callHttp(input); return { status: r.statusCode, content: r.content }; });
orchestration('HttpCaught', function* (context, input) { try { const r = yield context.callHttp(input); return { status: r.statusCode }; } catch (e) { return { name: e.name, first: e.message.split('\n')[0].slice(0, 120) }; } });
orchestration('HttpThree', function* (context, base) { const r = yield context.Task.all(['/status/404', '/status/500', '/json'].map((p) => context.callHttp({ method: 'GET', url: base + p }))); return r.map((x) => [x.statusCode, x.content]); });
orchestration('HttpUntil', function* (context, url) { const out = []; for (let i = 0; i < 4; i++) { const r = yield context.callHttp({ method: 'GET', url }); out.push(r.statusCode); if (r.statusCode === 200) break; yield context.createTimer(later(context, 1000)); } return out; });
orchestration('HttpOrTimer', function* (context, url) { const h = context.callHttp({ method: 'GET', url }), t = context.createTimer(later(context, 1000)); const w = yield context.Task.any([h, t]); if (w === h) t.cancel(); return w === h ? h.result.statusCode : 'timer'; });
orchestration('HttpThenNew', function* (context, input) { if (!input.log) { const r = yield context.callHttp({ method: 'GET', url: input.url }); context.continueAsNew({ url: input.url, log: r.statusCode }); return; } const r = yield context.callHttp({ method: 'GET', url: input.url }); return [input.log, r.statusCode, r.headers['x-own'] ?? null]; });
orchestration('HttpThenFail', function* (context, input) { const r = yield context.callHttp({ method: 'GET', url: input }); const x = yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); return [r.statusCode, x]; });
orchestration('HttpThenEcho', function* (context, input) { const r = yield context.callHttp(input); return [r.statusCode, yield context.callActivity('Echo', 'after')]; });
orchestration('ParentOfHttp', function* (context, input) { try { return yield context.callSubOrchestrator('Http', input, `${context.instanceId}-child`); } catch (e) { return { name: e.name, first: e.message.split('\n')[0].slice(0, 120) }; } });

// Late and early messages
orchestration('EarlyInReverse', function* (context) { yield context.callActivity('Slow', { ms: 1500, value: 1 }); const out = []; for (const n of ['c', 'b', 'a']) out.push(yield context.waitForExternalEvent(n)); return out; });
orchestration('EarlySameName', function* (context) { const out = []; for (let i = 0; i < 3; i++) { yield context.callActivity('Slow', { ms: 700, value: i }); out.push(yield context.waitForExternalEvent('go')); } return out; });
orchestration('ManyEvents', function* (context, n) { const out = []; for (let i = 0; i < n; i++) out.push(yield context.waitForExternalEvent('item')); return out; });
orchestration('RaceThenEnd', function* (context) { const a = context.callActivity('Slow', { ms: 2000, value: 'slow' }), b = context.callActivity('Slow', { ms: 10, value: 'fast' }); const w = yield context.Task.any([a, b]); return w.result; });
orchestration('ParentOfSlowRace', function* (context) { const c = context.callSubOrchestrator('SlowChild', { ms: 2500, value: 'child' }, `${context.instanceId}-child`), t = context.createTimer(later(context, 1000)); const w = yield context.Task.any([c, t]); return w === c ? 'child' : 'timer'; });
orchestration('EventSize', function* (context) { const x = yield context.waitForExternalEvent('go'); return typeof x === 'string' ? x.length : x; });
orchestration('TwoWaiters', function* (context) { const a = context.waitForExternalEvent('go'), b = context.waitForExternalEvent('go'); const first = yield context.Task.any([a, b]); const second = yield first === a ? b : a; return [first === a ? 'a' : 'b', first.result, second]; });

// Sizes
orchestration('ResultSizes', function* (context, sizes) { const out = []; for (const n of sizes) out.push((yield context.callActivity('Big', n)).length); return out; });
orchestration('Output', function* (_context, n) { return 'o'.repeat(n); });
orchestration('AccentedResult', function* (context, n) { return yield context.callActivity('Accented', n); });
orchestration('StatusSize', function* (context, n) { context.setCustomStatus('s'.repeat(n)); yield context.callActivity('Echo', 1); return 'ok'; });
orchestration('StatusSizeLater', function* (context, n) { yield context.callActivity('Echo', 1); context.setCustomStatus('s'.repeat(n)); yield context.callActivity('Echo', 2); return 'ok'; });
orchestration('StatusSizeAtEnd', function* (context, n) { yield context.callActivity('Echo', 1); context.setCustomStatus('s'.repeat(n)); return 'ok'; });
orchestration('ThrowOdd', function* (context, kind) { yield context.callActivity('Echo', 1); if (kind === 'null') throw null; if (kind === 'object') throw { code: 7 }; if (kind === 'message') throw { message: 'of an object' }; if (kind === 'number') throw 42; if (kind === 'empty') throw new Error(''); });
orchestration('ThrowOddAtOnce', function* (_context, kind) { if (kind === 'null') throw null; if (kind === 'object') throw { code: 7 }; if (kind === 'text') throw 'a text'; throw 42; });
orchestration('ParentOfThrowOdd', function* (context, kind) { try { return yield context.callSubOrchestrator('ThrowOddAtOnce', kind, `${context.instanceId}-child`); } catch (e) { return caught(e); } });
orchestration('StatusAccented', function* (context, n) { context.setCustomStatus('é'.repeat(n)); yield context.callActivity('Echo', 1); return 'ok'; });
orchestration('InputLength', function* (_context, input) { return input.length; });
orchestration('BigChild', function* (context, n) { const r = yield context.callSubOrchestrator('Return', 'c'.repeat(n), `${context.instanceId}-child`); return r.length; });
orchestration('BigNew', function* (context, input) { if (typeof input === 'number') { context.continueAsNew('g'.repeat(input)); return; } return input.length; });
orchestration('ManyMedium', function* (context, n) { const r = yield context.Task.all(Array.from({ length: n }, () => context.callActivity('Big', 8000))); return r.map((x) => x.length); });
orchestration('BigActivityInput', function* (context, n) { const r = yield context.callActivity('Echo', 'i'.repeat(n)); return r.length; });
orchestration('AllKinds', function* (context) { const out = []; for (const kind of ['null', 'zero', 'minus', 'empty', 'list', 'object', 'nested', 'text', 'date', 'undefined']) out.push(yield context.callActivity('Kinds', kind)); return out; });
orchestration('EchoKinds', function* (context, input) { const out = []; for (const x of input) out.push(yield context.callActivity('Echo', x)); return out; });

// Ids
orchestration('ChildIds', function* (context, ids) { const out = []; for (const id of ids) try { out.push((yield context.callSubOrchestrator('Child', id, `${context.instanceId}-${id}`)).input); } catch (e) { out.push(caught(e)); } return out; });
orchestration('ChildEmptyId', function* (context) { const r = yield context.callSubOrchestrator('Child', 1, ''); return r.input; });
orchestration('ChildOfOwnId', function* (context) { return yield context.callSubOrchestrator('Child', 1, context.instanceId); });
