// Orchestrators for scenarios that change two things at once against the first set's recordings, whose app they have as well.
require('../../app/app.cjs');
const { df, count, later, first, orchestration, activity } = require('../../app-parts.cjs');

const child = (context, name, input, suffix = 'child') => context.callSubOrchestrator(name, input, `${context.instanceId}-${suffix}`);
const retry = (interval, max, more = {}) => Object.assign(new df.RetryOptions(interval, max), more);
const failing = (context, times = 1, more = '') => context.callActivity('FailTimes', { key: context.instanceId + more, times });

// Rewinds in a later generation, of children in one, after statuses and events
orchestration('NewThenFail', function* (context, n) { context.setCustomStatus({ n }); if (n > 0) { yield context.callActivity('Echo', n); context.continueAsNew(n - 1); return; } return yield failing(context); });
orchestration('ParentOfNewThenFail', function* (context, n) { const r = yield child(context, 'NewThenFail', 1); if (n > 0) { context.continueAsNew(n - 1); return; } return r; });
orchestration('NewThenParentOfFail', function* (context, n) { if (n > 0) { yield context.callActivity('Echo', n); context.continueAsNew(n - 1); return; } return yield child(context, 'ChildFailTimes', { key: context.instanceId, times: 1 }); });
orchestration('EventNewThenFail', function* (context, log) { const x = yield context.waitForExternalEvent('item'); if (!log) { context.continueAsNew([x]); return; } return [...log, x, yield failing(context)]; });
orchestration('FailThenNew', function* (context, n) { const r = yield failing(context, 1, String(n)); if (n > 0) { context.continueAsNew(n - 1); return; } return r; });
orchestration('RaceThenFail', function* (context) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); return [e.result, yield failing(context)]; });
orchestration('EntityThenFail', function* (context) { const id = new df.EntityId('Counter', context.instanceId); const a = yield context.callEntity(id, 'add', 1); const r = yield failing(context); return [a, r, yield context.callEntity(id, 'get')]; });
orchestration('CaughtThenFail', function* (context) { let m; try { yield context.callActivity('Fail', 'caught'); } catch (e) { m = first(e).message; } return [m, yield failing(context)]; });

// Retries of what else goes on
orchestration('RetryThenEvent', function* (context) { const r = yield context.callActivityWithRetry('FailTimes', retry(1500, 4), { key: context.instanceId, times: 2 }); return [r, yield context.waitForExternalEvent('go')]; });
orchestration('RetryChildNew', function* (context) { return yield context.callSubOrchestratorWithRetry('NewThenFail', retry(700, 3), 1, `${context.instanceId}-child`); });
orchestration('RetryOfEntityCaller', function* (context) { return yield context.callSubOrchestratorWithRetry('EntityThenThrow', retry(700, 2), null, `${context.instanceId}-child`); });
orchestration('EntityThenThrow', function* (context) { const id = new df.EntityId('Counter', 'retry-of-entity-caller'); yield context.callEntity(id, 'add', 1); const n = yield context.callEntity(id, 'get'); if (n < 2) throw new Error(`only ${n}`); return n; });
orchestration('RetryInLock', function* (context) { const lock = yield context.lock([new df.EntityId('Counter', context.instanceId)]); const r = yield context.callActivityWithRetry('FailTimes', retry(500, 3), { key: context.instanceId, times: 1 }); lock.release(); return r; });
orchestration('RetryAny', function* (context) { const a = context.callActivityWithRetry('Fail', retry(500, 2), 'any'), b = context.callActivity('Slow', { ms: 3000, value: 'slow' }); let m; const w = yield context.Task.any([a, b]); try { m = yield w; } catch (e) { m = first(e); } return [w === a, m, yield b]; });

// Entities that throw, in children and locks
df.app.entity('Odd', (context) => {
  const input = context.df.getInput(), state = context.df.getState(() => null);
  switch (context.df.operationName) {
    case 'set': context.df.setState(input); break;
    case 'get': context.df.return(state); break;
    case 'type': context.df.return(`${typeof state} ${JSON.stringify(state)}`); break;
    case 'return': context.df.return(input); break;
    case 'throw': context.df.setState('lost'); throw new Error(input ?? 'entity throws');
    case 'throwText': throw 'entity throws a text';
    case 'throwType': throw new TypeError('entity\nthrows a type');
    case 'returnThenThrow': context.df.return('returned'); throw new Error('after return');
    case 'signalThenThrow': context.df.signalEntity(new df.EntityId('Odd', `${context.df.entityId.key}-told`), 'set', 'told'); throw new Error('after a signal');
    case 'deleteThenThrow': context.df.destructOnExit(); throw new Error('after delete');
    case 'deleteThenSet': context.df.destructOnExit(); context.df.setState(input); break;
    case 'setThenDelete': context.df.setState(input); context.df.destructOnExit(); break;
    default: context.df.return({ operation: context.df.operationName, input, key: context.df.entityId.key });
  }
});
const odd = (context, suffix = '') => new df.EntityId('Odd', context.instanceId + suffix);
orchestration('OddCalls', function* (context, calls) { const out = []; for (const [operation, input] of calls) try { out.push(yield context.callEntity(odd(context), operation, input)); } catch (e) { out.push(first(e)); } return out; });
orchestration('OddCallsAtOnce', function* (context, calls) { try { return yield context.Task.all(calls.map(([operation, input]) => context.callEntity(odd(context), operation, input))); } catch (e) { return first(e); } });
orchestration('OddSignals', function* (context, calls) { for (const [operation, input] of calls) context.signalEntity(odd(context), operation, input); return yield context.callEntity(odd(context), 'type'); });
orchestration('OddChild', function* (context, calls) { let m; try { m = yield child(context, 'OddThrow', null); } catch (e) { m = first(e); } return [m, yield context.callEntity(new df.EntityId('Odd', `${context.instanceId}-child`), 'get')]; });
orchestration('OddThrow', function* (context) { yield context.callEntity(odd(context), 'set', 'by the child'); yield context.callEntity(odd(context), 'throw', 'in the child'); });
orchestration('OddLock', function* (context) { const lock = yield context.lock([odd(context, '-b'), odd(context, '-a')]); let m; try { yield context.callEntity(odd(context, '-a'), 'throw'); } catch (e) { m = first(e); } yield context.callEntity(odd(context, '-b'), 'set', [1]); lock.release(); return [m, yield context.callEntity(odd(context, '-b'), 'get')]; });
orchestration('OddBig', function* (context, n) { yield context.callEntity(odd(context), 'set', 'x'.repeat(n)); const a = yield context.callEntity(odd(context), 'get'); yield context.callEntity(odd(context), 'set', null); return [a.length, yield context.callEntity(odd(context), 'type')]; });
orchestration('OddRace', function* (context) { const c = context.callEntity(odd(context), 'return', 'won'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([c, t]); if (w === c) t.cancel(); return w === c ? c.result : 'late'; });
orchestration('OddRaceNew', function* (context, n) { const c = context.callEntity(odd(context), 'return', n), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([c, t]); t.cancel(); if (n > 0) { context.continueAsNew(n - 1); return; } return w === c ? c.result : 'late'; });

// Races and groups of other kinds before a new generation
orchestration('AllOfAnyNew', function* (context, log) { const e = context.waitForExternalEvent('a'), f = context.waitForExternalEvent('b'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([context.Task.all([e, f]), t]); t.cancel(); if (!log) { context.continueAsNew([w.result]); return; } return [...log, w.result]; });
orchestration('RaceInChildNew', function* (context, n) { const r = yield child(context, 'RaceThenReturn', null, `c${n}`); if (n > 0) { context.continueAsNew(n - 1); return; } return r; });
orchestration('RaceStatusNew', function* (context, log) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, log ? 1500 : 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); context.setCustomStatus(log ? '' : 0); if (!log) { context.continueAsNew([e.result]); return; } return [...log, w === e ? e.result : 'timer']; });
orchestration('RaceCatchNew', function* (context, log) { let m; try { yield context.callActivity('Fail', 'x'); } catch { m = 'caught'; } const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, log ? 1500 : 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); if (!log) { context.continueAsNew([m, e.result]); return; } return [...log, w === e ? e.result : 'timer']; });
orchestration('RaceThenThrow', function* (context) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); throw new Error(String(e.result)); });

// Values that go every way there is
orchestration('EveryWay', function* (context, input) {
  const out = {}, { value, way } = input;
  if (way === 'new') return value;
  out.activity = yield context.callActivity('Echo', value);
  out.child = yield child(context, 'ReturnInput', value);
  out.entity = yield context.callEntity(odd(context), 'return', value);
  context.setCustomStatus(value);
  out.event = yield context.waitForExternalEvent('go');
  out.text = JSON.stringify(out);
  context.continueAsNew({ value: [value, out], way: 'new' });
});
activity('Kinds', (kind) => ({ negativeZero: -0, notANumber: NaN, infinite: [Infinity, -Infinity], big: 2 ** 53 + 2, small: 5e-324, date: new Date(0), sparse: [1, , 3], nested: { u: undefined, f() {}, s: Symbol('s') }, map: new Map([[1, 2]]), set: new Set([1]), regexp: /x/g, error: new Error('e'), buffer: Buffer.from('ab'), typed: new Uint8Array([1, 2]), boxed: [Object(1), Object('s'), Object(true)], json: { toJSON: () => 'own' } })[kind]);
orchestration('OwnKinds', function* (context, kinds) { const out = {}; for (const kind of kinds) out[kind] = yield context.callActivity('Kinds', kind); context.setCustomStatus({ z: -0, n: NaN, d: new Date(0), u: undefined }); return { out, z: -0, n: NaN, d: new Date(0), u: undefined, m: new Map([[1, 2]]) }; });
orchestration('ReturnKind', function* (_context, kind) { return { negativeZero: -0, notANumber: NaN, infinite: Infinity, date: new Date(0), set: new Set([1]), buffer: Buffer.from('ab'), big: 2 ** 53 + 2, text: '', json: { toJSON: () => 'own' }, nothing: { toJSON: () => undefined }, fn: () => 1, symbol: Symbol('s') }[kind]; });
orchestration('ThrowKind', function* (context, kind) { if (kind.late) yield context.callActivity('Echo', 1); const e = { named: Object.assign(new Error('named'), { name: 'OwnError' }), code: Object.assign(new Error('code'), { code: 'E1', status: 500 }), aggregate: new AggregateError([new Error('a'), new Error('b')], 'both'), cause: new Error('outer', { cause: new TypeError('inner') }), noMessage: new Error(), noStack: Object.assign(new Error('no stack'), { stack: undefined }), like: { name: 'Error', message: 'like one', stack: 'at nowhere' }, range: new RangeError('range') }[kind.kind]; throw e; });
orchestration('CatchKind', function* (context, kinds) { const out = []; for (const kind of kinds) try { yield child(context, 'ThrowKind', { kind }, kind); } catch (e) { out.push(first(e)); } return out; });
orchestration('StatusKinds', function* (context, kinds) { const all = { negativeZero: -0, notANumber: NaN, date: new Date(0), set: new Set([1]), big: 2 ** 53 + 2, exponent: 1e21, tiny: 1e-7, deep: { a: [{ b: [[[{}]]] }] }, html: '<a href="x">&\u2028', lone: '\ud800', zero: '\u0000', undefinedValue: undefined, long: 'é'.repeat(3000) }; for (const kind of kinds) { context.setCustomStatus(all[kind]); yield context.waitForExternalEvent('next'); } return 'ok'; });

// Durable HTTP beside other things
orchestration('HttpAll', function* (context, requests) { const r = yield context.Task.all(requests.map((one) => context.callHttp(one))); return r.map(({ statusCode, content }) => [statusCode, content]); });
orchestration('HttpEach', function* (context, requests) { const out = []; for (const one of requests) try { const { statusCode, content, headers } = yield context.callHttp(one); out.push([statusCode, content, Object.keys(headers ?? {}).filter((name) => !/date|connection|keep|transfer|server/i.test(name)).sort()]); } catch (e) { out.push(first(e)); } return out; });
orchestration('HttpThenEntity', function* (context, url) { const { statusCode } = yield context.callHttp({ method: 'GET', url }); return yield context.callEntity(odd(context), 'return', statusCode); });
orchestration('HttpRaceNew', function* (context, { url, n }) { const h = context.callHttp({ method: 'GET', url }), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([h, t]); t.cancel(); if (n > 0) { context.continueAsNew({ url, n: n - 1 }); return; } return w === h ? h.result.statusCode : 'late'; });

// Children in later generations and after restarts
orchestration('ChildEachTime', function* (context) { const n = count(`each ${context.instanceId}`); const r = yield child(context, 'WaitOne', 'go'); return [n, r]; });
orchestration('AutoChildNew', function* (context, log) { const r = yield context.callSubOrchestrator('ReturnInput', log?.length ?? 0); if (!log || log.length < 2) { context.continueAsNew([...(log ?? []), r]); return; } return [...log, r]; });
