// The orchestrators of the scenarios where two features meet that no other set has together: children that are terminated, suspended or shared
// and whoever waits for them, statuses and new generations, locks that wait, pages of lists, timers cancelled at various moments.
const { df, count, sleep, later, first, orchestration, activity, echo } = require('../../app-parts.cjs');

activity('Echo', echo);
activity('FailTimes', ({ key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok after ${n}`; });
activity('Slow', async ({ ms, value }) => { await sleep(ms); return value; });
activity('Fail', (text) => { throw new Error(text ?? 'boom'); });
activity('Length', (text) => text.length);

orchestration('Return', function* (_context, input) { return input; });
orchestration('TypeOfInput', function* (_context, input) { return `${typeof input} ${JSON.stringify(input) ?? 'none'}`; });
orchestration('Throw', function* (_context, input) { throw new Error(input ?? 'thrown'); });
orchestration('Wait', function* (context, input) { return yield context.waitForExternalEvent(input ?? 'go'); });
orchestration('SlowChild', function* (context, input) { return yield context.callActivity('Slow', input); });
orchestration('FailsTimes', function* (context, input) { return yield context.callActivity('FailTimes', input); });
orchestration('WaitThrow', function* (context) { const x = yield context.waitForExternalEvent('go'); throw new Error(`child got ${x}`); });
const failing = (context) => context.callActivity('FailTimes', { key: context.instanceId, times: 1 });
const child = (context, name, input, suffix = 'child') => context.callSubOrchestrator(name, input, `${context.instanceId}-${suffix}`);
const retry = (interval, max, more = {}) => Object.assign(new df.RetryOptions(interval, max), more);

// A child that is terminated, and a rewind of its parent
orchestration('OpenChildren', function* (context) { const a = child(context, 'Wait', 'go', 'a'), b = child(context, 'Wait', 'go', 'b'); yield context.Task.any([a, b, context.callActivity('Echo', 'beside')]); const x = yield failing(context); return [x, yield a, yield b]; });
orchestration('ParentOfWait', function* (context) { return yield child(context, 'Wait', 'go'); });
orchestration('OneFailsOneWaits', function* (context) { return yield context.Task.all([child(context, 'FailsTimes', { key: context.instanceId, times: 1 }, 'bad'), child(context, 'Wait', 'go', 'waits')]); });
orchestration('ChildThenFail', function* (context) { const a = child(context, 'Wait', 'go'); yield context.Task.any([a, context.callActivity('Echo', 'beside')]); const x = yield failing(context); return [x, yield context.callActivity('Echo', 'after')]; });
orchestration('MiddleTop', function* (context) { return yield child(context, 'Middle', null, 'm'); });
orchestration('Middle', function* (context) { return yield child(context, 'Wait', 'go', 'w'); });

// Suspension
orchestration('AnyOfChildren', function* (context) { const a = child(context, 'Wait', 'go', 'a'), b = child(context, 'Wait', 'go', 'b'); const w = yield context.Task.any([a, b]); const e = yield context.callActivity('Echo', w === a ? 'a' : 'b'); return [e, w.result, yield w === a ? b : a]; });
orchestration('AllOfChildren', function* (context) { return yield context.Task.all(['a', 'b'].map((x) => child(context, 'Wait', 'go', x))); });
orchestration('EventOrTimer', function* (context, ms) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, ms)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); return [w === e ? e.result : 'timer', yield context.callActivity('Echo', 'after')]; });
orchestration('FanThenWait', function* (context) { const r = yield context.Task.all([400, 900, 1400].map((ms) => context.callActivity('Slow', { ms, value: ms }))); const x = yield context.waitForExternalEvent('go'); return [...r, x]; });
orchestration('RetryChild', function* (context, input) { try { return yield context.callSubOrchestratorWithRetry(input.name ?? 'FailsTimes', retry(input.ms ?? 700, 3), input.name ? 'go' : { key: context.instanceId, times: 1 }, `${context.instanceId}-child`); } catch (e) { return first(e); } });
orchestration('Collect', function* (context, input) { const list = input ?? []; context.setCustomStatus({ have: list.length }); const x = yield context.waitForExternalEvent('item'); if (list.length >= 2) return [...list, x]; context.continueAsNew([...list, x]); });
orchestration('NewChild', function* (context, input) { const { n = 1, log = [] } = input ?? {}; const r = yield child(context, 'Wait', 'go', `child${n}`); if (n > 0) { context.continueAsNew({ n: n - 1, log: [...log, r] }); return; } return [...log, r]; });
orchestration('ParentOfNew', function* (context) { context.setCustomStatus('parent waits'); return yield child(context, 'NewChild', { n: 1 }, 'c'); });

// Races of children
orchestration('ChildOrTimer', function* (context, input) { const c = child(context, input.child ?? 'Wait', 'go'), t = context.createTimer(later(context, input.ms)); const w = yield context.Task.any([c, t]); if (w === c) t.cancel(); const r = w === t ? 'timer' : c.isFaulted ? 'faulted' : c.result; switch (input.then) { case 'echo': return [r, yield context.callActivity('Echo', 'after')]; case 'new': context.continueAsNew({ ...input, ms: 1500, then: 'return' }); return; default: return r; } });
orchestration('ChildOrEvent', function* (context) { const c = child(context, 'Wait', 'go'), e = context.waitForExternalEvent('stop'); const w = yield context.Task.any([c, e]); return w === c ? ['child', c.isFaulted ? 'faulted' : c.result] : ['event', e.result, yield c]; });
orchestration('AnyFailingChild', function* (context) { const a = child(context, 'Throw', 'from the child', 'a'), b = child(context, 'Wait', 'go', 'b'); const w = yield context.Task.any([a, b]); let m; try { m = yield w; } catch (e) { m = first(e); } return [w === a, m, yield b]; });
orchestration('CallId', function* (context, input) { try { return yield context.callSubOrchestrator(input.name ?? 'Wait', input.input ?? 'go', input.id); } catch (e) { return first(e); } });

// Restarts
orchestration('StatusThenWait', function* (context, input) { context.setCustomStatus({ input }); const x = yield context.waitForExternalEvent('go'); context.setCustomStatus({ x }); return x; });
orchestration('StatusThenFail', function* (context) { context.setCustomStatus('before'); const x = yield failing(context); context.setCustomStatus('after'); return x; });

// Statuses
orchestration('StatusInCatch', function* (context, input) { if (input?.second) { yield context.waitForExternalEvent('go'); return input; } context.setCustomStatus('trying'); let m; try { yield child(context, 'Throw', 'child boom'); } catch (e) { m = first(e); context.setCustomStatus({ caught: m.message.slice(0, 20) }); } context.continueAsNew({ second: true, m }); });
orchestration('StatusInFinally', function* (context) { try { yield context.callActivity('Fail', 'x'); } finally { context.setCustomStatus('in finally'); } });
orchestration('StatusInFinallyThen', function* (context) { try { yield context.callActivity('Fail', 'x'); } finally { context.setCustomStatus('in finally'); yield context.callActivity('Echo', 1); context.setCustomStatus('cleaned'); } });
orchestration('StatusRaceNew', function* (context, input) { const { n = 0 } = input ?? {}; context.setCustomStatus({ n }); const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, n === 0 ? 600000 : 2500)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); context.setCustomStatus({ n, won: w === e ? e.result : 'timer' }); if (n < 1) { context.continueAsNew({ n: n + 1 }); return; } return w === e ? ['again', e.result] : 'timer'; });
orchestration('StatusNull', function* (context, input) { if (input) { yield context.waitForExternalEvent('go'); return 'second'; } context.setCustomStatus('set'); yield context.callActivity('Echo', 1); context.setCustomStatus(null); context.continueAsNew('second'); });
orchestration('StatusBigInCatch', function* (context) { try { yield context.callActivity('Fail', 'x'); } catch { context.setCustomStatus('s'.repeat(9000)); } return yield context.callActivity('Echo', 1); });
orchestration('StatusBigNew', function* (context, input) { if (input) { yield context.waitForExternalEvent('go'); return input; } yield context.callActivity('Echo', 1); context.setCustomStatus('s'.repeat(9000)); context.continueAsNew('second'); });
orchestration('StatusBigChild', function* (context) { try { return yield child(context, 'StatusBig', 9000); } catch (e) { return first(e); } });
orchestration('StatusBig', function* (context, n) { context.setCustomStatus('s'.repeat(n)); return 'small'; });

// Retries
orchestration('RetryChildren', function* (context) { return yield context.Task.all(['a', 'b'].map((x) => context.callSubOrchestratorWithRetry('FailsTimes', retry(800, 3), { key: context.instanceId + x, times: x === 'a' ? 1 : 2 }, `${context.instanceId}-${x}`))); });
orchestration('RetryInCatch', function* (context) { try { yield context.callActivityWithRetry('Fail', retry(600, 2), 'first'); } catch (e) { context.setCustomStatus(first(e).name); return yield context.callActivityWithRetry('FailTimes', retry(600, 2), { key: context.instanceId, times: 1 }); } });
orchestration('RetryThenWait', function* (context) { const r = yield context.callActivityWithRetry('FailTimes', retry(2500, 3), { key: context.instanceId, times: 1 }); const x = yield context.waitForExternalEvent('go'); return [r, x]; });
orchestration('RetryBackoffChild', function* (context) { return yield context.callSubOrchestrator('RetryBackoff', { key: context.instanceId }, `${context.instanceId}-child`); });
orchestration('RetryBackoff', function* (context, { key }) { try { return yield context.callActivityWithRetry('FailTimes', retry(500, 4, { backoffCoefficient: 2, maxRetryIntervalInMilliseconds: 1500 }), { key, times: 5 }); } catch (e) { return first(e); } });
orchestration('RetryBig', function* (context, n) { return (yield context.callActivityWithRetry('FailTimes', retry(700, 3), { key: context.instanceId, times: 1, more: 'm'.repeat(n) })).length; });

// Entities
df.app.entity('Box', (context) => {
  const input = context.df.getInput(), state = context.df.getState(() => []);
  switch (context.df.operationName) {
    case 'log': context.df.setState([...state, input]); break;
    case 'get': context.df.return(state); break;
    case 'logThenGet': context.df.setState([...state, input]); context.df.return([...state, input]); break;
    case 'self': context.df.setState([...state, `self ${input}`]); if (input > 0) context.df.signalEntity(context.df.entityId, 'self', input - 1); break;
    case 'on': context.df.setState([...state, `on ${input.length}`]); if (input.length > 0) context.df.signalEntity(new df.EntityId('Box', input[0]), 'on', input.slice(1)); break;
    case 'tellAndFail': context.df.signalEntity(new df.EntityId('Box', input), 'log', 'told'); throw new Error('after telling');
    case 'slow': return sleep(input).then(() => { context.df.setState([...state, 'slow']); context.df.return('slow'); });
    case 'fail': context.df.setState([...state, 'lost']); throw new Error('box boom');
    case 'delete': context.df.destructOnExit(); break;
    case 'new': context.df.return(context.df.isNewlyConstructed); break;
    default: context.df.return(`op '${context.df.operationName}'`);
  }
});
df.app.entity('Other', (context) => { if (context.df.operationName === 'set') context.df.setState(context.df.getInput()); else context.df.return(context.df.getState(() => 'none')); });
const box = (context, suffix = '') => new df.EntityId('Box', context.instanceId + suffix);
orchestration('CallBox', function* (context, key) { return yield context.callEntity(new df.EntityId('Box', key), 'get'); });
orchestration('SignalNewCall', function* (context, n) { context.signalEntity(box(context), 'log', n); if (n > 0) { context.continueAsNew(n - 1); return; } return yield context.callEntity(box(context), 'get'); });
orchestration('SelfThenCall', function* (context) { context.signalEntity(box(context), 'self', 2); yield context.createTimer(later(context, 3500)); return yield context.callEntity(box(context), 'get'); });
orchestration('DeleteThenSignal', function* (context) { const id = box(context); yield context.callEntity(id, 'log', 1); context.signalEntity(id, 'delete'); context.signalEntity(id, 'log', 2); const a = yield context.callEntity(id, 'get'); yield context.callEntity(id, 'delete'); return [a, yield context.callEntity(id, 'new'), yield context.callEntity(id, 'get')]; });
orchestration('BatchWithFailures', function* (context) { const id = box(context), other = `${context.instanceId}-other`; context.signalEntity(id, 'log', 1); context.signalEntity(id, 'tellAndFail', other); context.signalEntity(id, 'log', 2); context.signalEntity(id, 'fail'); context.signalEntity(id, 'log', 3); const a = yield context.callEntity(id, 'get'); yield context.createTimer(later(context, 2500)); return [a, yield context.callEntity(new df.EntityId('Box', other), 'get')]; });
orchestration('SlowCall', function* (context, ms) { return yield context.callEntity(box(context), 'slow', ms); });
orchestration('CallFailThenNew', function* (context, n) { try { yield context.callEntity(box(context), 'fail'); } catch (e) { if (n > 0) { context.continueAsNew(n - 1); return; } return [first(e), yield context.callEntity(box(context), 'get')]; } });
orchestration('OddKeys', function* (context, keys) { const out = []; for (const key of keys) { const id = new df.EntityId('Other', `${context.instanceId}-${key}`); context.signalEntity(id, 'set', key); out.push(yield context.callEntity(id, 'get')); } return out; });
orchestration('OddNames', function* (context, names) { const out = []; for (const name of names) { const id = new df.EntityId(name, context.instanceId); context.signalEntity(id, 'log', name); out.push(yield context.callEntity(id, 'get')); } return out; });
orchestration('BigSignal', function* (context, n) { context.signalEntity(box(context), 'log', 's'.repeat(n)); const r = yield context.callEntity(box(context), 'get'); return r.map((x) => x.length); });
orchestration('EntityAndChild', function* (context) { return yield context.Task.all([context.callEntity(box(context), 'logThenGet', 1), child(context, 'CallBox', context.instanceId), context.callActivity('Slow', { ms: 1500, value: 'slow' })]); });

// Critical sections
orchestration('LockWait', function* (context, key) { const id = new df.EntityId('Box', key); const lock = yield context.lock(id); context.setCustomStatus('inside'); const x = yield context.waitForExternalEvent('go'); yield context.callEntity(id, 'log', x); lock.release(); return 'left'; });
orchestration('LockWork', function* (context) { const id = box(context); const lock = yield context.lock(id); const a = yield context.callActivity('Slow', { ms: 500, value: 'in' }); const t = yield context.callActivityWithRetry('FailTimes', retry(600, 2), { key: context.instanceId, times: 1 }); yield context.createTimer(later(context, 1200)); yield context.callEntity(id, 'log', a); lock.release(); return [t, yield context.callEntity(id, 'get')]; });
orchestration('LockTimeout', function* (context, ms) { const id = box(context); const lock = yield context.lock(id); const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, ms)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); yield context.callEntity(id, 'log', w === e ? e.result : 'timeout'); lock.release(); return yield context.callEntity(id, 'get'); });
orchestration('LockDelete', function* (context) { const id = box(context); yield context.callEntity(id, 'log', 1); const lock = yield context.lock(id); yield context.callEntity(id, 'delete'); const a = yield context.callEntity(id, 'new'); yield context.callEntity(id, 'log', 2); lock.release(); return [a, yield context.callEntity(id, 'get')]; });
orchestration('LockThenFail', function* (context) { const id = box(context); const lock = yield context.lock(id); yield context.callEntity(id, 'log', 'before'); const x = yield failing(context); yield context.callEntity(id, 'log', x); lock.release(); return yield context.callEntity(id, 'get'); });
orchestration('LockThenThrowTwo', function* (context) { yield context.lock(box(context, '-a'), box(context, '-b')); yield context.callEntity(box(context, '-a'), 'log', 'before'); throw new Error('with two locks'); });
orchestration('LockTryFinally', function* (context) { const lock = yield context.lock(box(context)); try { yield context.callActivity('Fail', 'inside'); } finally { lock.release(); } });
orchestration('LockTwoWait', function* (context, input) { const ids = input.map((key) => new df.EntityId('Box', key)); const lock = yield context.lock(...ids); context.setCustomStatus('inside'); yield context.waitForExternalEvent('go'); lock.release(); return 'left'; });
orchestration('LockChild', function* (context) { const lock = yield context.lock(box(context)); let m; try { m = yield child(context, 'Return', 1); } catch (e) { m = first(e); } lock.release(); return m; });

// Durable HTTP
orchestration('Http', function* (context, input) { const r = yield context.callHttp(input); return { status: r.statusCode, content: r.content }; });
orchestration('HttpOfChild', function* (context, input) { const r = yield child(context, 'Http', input); return [r, yield context.callActivity('Echo', 'after')]; });
orchestration('HttpThenFail', function* (context, input) { const r = yield context.callHttp(input); return [r.content, yield failing(context)]; });
orchestration('HttpUntilOk', function* (context, input) { for (let i = 1; ; i++) { const r = yield context.callHttp({ method: 'GET', url: input }); if (r.statusCode === 200) return [i, r.content]; context.setCustomStatus({ tried: i, last: r.statusCode }); yield context.createTimer(later(context, 1000)); } });
orchestration('HttpThenNewStatus', function* (context, input) { const r = yield context.callHttp({ method: 'GET', url: input.url }); context.setCustomStatus(r.statusCode); if (input.n > 0) { context.continueAsNew({ ...input, n: input.n - 1 }); return; } yield context.waitForExternalEvent('go'); return r.content; });

// Large values
orchestration('BigRaceNew', function* (context, input) { const { n = 0 } = input ?? {}; const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, n === 0 ? 600000 : 2500)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); if (n < 1) { context.continueAsNew({ n: n + 1 }); return; } return w === e ? e.result.length : 'timer'; });
orchestration('BigChildNew', function* (context, n) { const r = yield child(context, 'BigNew', { n, second: false }); return r.length; });
orchestration('BigNew', function* (context, input) { if (input.second) return input.text; context.continueAsNew({ second: true, text: 'n'.repeat(input.n) }); });
orchestration('EventLength', function* (context) { const x = yield context.waitForExternalEvent('go'); return [x.length, yield context.callActivity('Length', x)]; });
orchestration('BigInputWait', function* (context, input) { const x = yield context.waitForExternalEvent('go'); return [input.length, x]; });
orchestration('BigFail', function* (context, n) { try { yield child(context, 'Throw', 't'.repeat(n)); } catch (e) { return e.message.length > n; } });

// Timers
orchestration('CancelInCatch', function* (context) { const t = context.createTimer(later(context, 600000)); try { yield context.Task.all([context.callActivity('Fail', 'x'), t]); } catch (e) { t.cancel(); return [first(e).name, yield context.callActivity('Echo', 'after')]; } });
orchestration('CancelAndAgain', function* (context) { const out = []; for (let i = 0; i < 3; i++) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 2500)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); out.push(w === e ? e.result : 'timer'); } yield context.callActivity('Echo', 1); return out; });
orchestration('CancelOneOfTwo', function* (context) { const a = context.createTimer(later(context, 1500)), b = context.createTimer(later(context, 600000)); const e = context.waitForExternalEvent('go'); const w = yield context.Task.any([e, b]); b.cancel(); yield a; return w === e ? e.result : 'timer'; });
orchestration('CancelLate', function* (context) { const t = context.createTimer(later(context, 600000)); yield context.Task.any([t, context.callActivity('Echo', 1)]); yield context.callActivity('Echo', 2); t.cancel(); return yield context.callActivity('Echo', 3); });
orchestration('CancelBeforeNew', function* (context, input) { if (input) return yield context.waitForExternalEvent('go'); const t = context.createTimer(later(context, 600000)); yield context.Task.any([t, context.callActivity('Echo', 1)]); t.cancel(); context.continueAsNew('second'); });
orchestration('OpenTimerNew', function* (context, input) { if (input) return yield context.waitForExternalEvent('go'); const t = context.createTimer(later(context, 600000)); yield context.Task.any([t, context.callActivity('Echo', 1)]); context.continueAsNew('second'); });
orchestration('OpenTimerThrow', function* (context) { const t = context.createTimer(later(context, 600000)); yield context.Task.any([t, context.callActivity('Echo', 1)]); throw new Error('with a timer open'); });
orchestration('LongTimerNew', function* (context, input) { const { n = 0, log = [] } = input ?? {}; const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, (7 + n) * 86400000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); const x = yield context.callActivity('Echo', e.result); if (n < 1) { context.continueAsNew({ n: n + 1, log: [x] }); return; } return [...log, x]; });
orchestration('LongTimerChild', function* (context) { const c = child(context, 'LongTimer', 13); const e = context.waitForExternalEvent('stop'); const w = yield context.Task.any([c, e]); return w === c ? ['child', c.isFaulted ? 'faulted' : c.result] : ['event', yield context.callActivity('Echo', e.result)]; });
orchestration('LongTimer', function* (context, days) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, days * 86400000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); return w === e ? e.result : 'timer'; });
orchestration('LongTimerFail', function* (context) { const t = context.createTimer(later(context, 9 * 86400000)); yield context.Task.any([t, context.callActivity('Echo', 1)]); const x = yield failing(context); t.cancel(); return [x, yield context.callActivity('Echo', 2)]; });

// Events
orchestration('TwoNames', function* (context) { const a = yield context.waitForExternalEvent('a'); const e = context.waitForExternalEvent('b'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); return [a, e.result, yield context.callActivity('Echo', a)]; });
orchestration('EventThenNew', function* (context, input) { if (input !== undefined && input !== 'start') return { type: typeof input, value: input }; const x = yield context.waitForExternalEvent('go'); context.continueAsNew(x); });
orchestration('EventToChild', function* (context) { const x = yield context.waitForExternalEvent('go'); return yield child(context, 'TypeOfInput', x); });
orchestration('EventStatus', function* (context) { for (;;) { const x = yield context.waitForExternalEvent('go'); if (x === 'stop') return 'stopped'; context.setCustomStatus(x); } });
