// The orchestrators of the scenarios in the corners: odd values, odd tasks, ids given twice, what a rewound instance waits for.
const { df, count, sleep, later, first, orchestration, activity, echo } = require('../../app-parts.cjs');

activity('Echo', echo);
activity('FailTimes', ({ key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok after ${n}`; });
activity('Slow', async ({ ms, value }) => { await sleep(ms); return value; });
activity('SlowFail', async ({ ms, text }) => { await sleep(ms); throw new Error(text); });
activity('Odd', (kind) => odd(kind));
activity('TypeOf', (x) => `${typeof x} ${JSON.stringify(x)}`);

/** Values that JSON does not have, or has in more than one form. */
function odd(kind) {
  switch (kind) {
    case 'nan': return NaN;
    case 'infinity': return Infinity;
    case 'minusZero': return -0;
    case 'tiny': return 1e-7;
    case 'undefined': return undefined;
    case 'holes': return [undefined, , null, () => 1, Symbol('s')];
    case 'members': return { a: undefined, f() {}, [Symbol('s')]: 1, n: NaN, d: new Date(0) };
    case 'date': return new Date('2024-05-01T12:00:00.120Z');
    case 'dateText': return '2024-05-01T12:00:00.120Z';
    case 'dateOffset': return { at: '2024-05-01T12:00:00+02:00', slash: '/Date(1714564800000)/' };
    case 'map': return new Map([[1, 2]]);
    case 'own': return new (class Own { constructor() { this.x = 1; } toJSON() { return { own: this.x }; } })();
    case 'text': return new String('boxed');
    case 'bytes': return new Uint8Array([1, 2, 300]);
    case 'lone': return '\ud800 alone';
    case 'controls': return '\u0000\u0001\u2028\u2029\ufeff\u007f';
    case 'faces': return '😀👩‍👩‍👧 é ﷽';
    case 'dollar': return { $type: 'System.Exception, mscorlib', $id: '1', $ref: '2', $values: [1] };
    case 'proto': return JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    case 'cased': return { A: 1, a: 2 };
    case 'numberKeys': return { 2: 'b', 1: 'a', '-1': 'c', '01': 'd' };
    case 'emptyKey': return { '': 1, ' ': 2 };
    case 'exponent': return { big: 1e21, less: 123456789012345680000, frac: 0.1, small: 1.5e-9, long: 9007199254740993 };
    case 'bigint': return 10n;
    case 'cycle': { const c = {}; c.c = c; return c; }
    case 'function': return () => 1;
    case 'symbol': return Symbol('s');
    case 'promise': return Promise.resolve(3);
    case 'error': return new Error('as a value');
    case 'regexp': return /a+/g;
    default: throw new Error(`no kind is called ${kind}`);
  }
}

// Values
orchestration('ReturnOdd', function* (context, kind) { yield context.callActivity('Echo', 1); return odd(kind); });
orchestration('StatusOdd', function* (context, kind) { context.setCustomStatus(odd(kind)); yield context.callActivity('Echo', 1); return 'ok'; });
orchestration('ActivityOdd', function* (context, kind) { const x = yield context.callActivity('Odd', kind); return { type: typeof x, value: x ?? 'none' }; });
orchestration('ToActivityOdd', function* (context, kind) { return yield context.callActivity('TypeOf', odd(kind)); });
orchestration('ToChildOdd', function* (context, kind) { return yield context.callSubOrchestrator('TypeOfInput', odd(kind), `${context.instanceId}-child`); });
orchestration('NewOdd', function* (context, input) { if (input?.kind === undefined || input.over) return { type: typeof input, value: input ?? 'none' }; context.continueAsNew(odd(input.kind)); });
orchestration('TypeOfInput', function* (_context, input) { return `${typeof input} ${JSON.stringify(input)}`; });
orchestration('Return', function* (_context, input) { return input; });
orchestration('Through', function* (context, input) { context.setCustomStatus(input); const x = yield context.callActivity('Echo', input); return x; });
orchestration('ActivityOddEach', function* (context, kinds) { const out = []; for (const kind of kinds) try { const x = yield context.callActivity('Odd', kind); out.push([kind, typeof x, x ?? 'none']); } catch (e) { out.push([kind, first(e)]); } return out; });
orchestration('ToActivityOddEach', function* (context, kinds) { const out = []; for (const kind of kinds) try { out.push([kind, yield context.callActivity('TypeOf', odd(kind))]); } catch (e) { out.push([kind, first(e)]); } return out; });
orchestration('StatusOddEach', function* (context, kinds) { for (const kind of kinds) { context.setCustomStatus(odd(kind)); yield context.waitForExternalEvent('next'); } return 'ok'; });
orchestration('EventType', function* (context) { const x = yield context.waitForExternalEvent('go'); return { type: typeof x, text: JSON.stringify(x) ?? 'none' }; });
orchestration('ThroughEntity', function* (context, kinds) {
  const id = new df.EntityId('Keeper', context.instanceId), out = [];
  for (const kind of kinds) { out.push([kind, yield context.callEntity(id, 'return', kind)]); yield context.callEntity(id, 'set', kind); out.push(yield context.callEntity(id, 'get')); }
  return out;
});
df.app.entity('Keeper', (context) => {
  const input = context.df.getInput();
  switch (context.df.operationName) {
    case 'set': context.df.setState(odd(input)); break;
    case 'get': { const s = context.df.getState(() => 'initial'); context.df.return([typeof s, s ?? 'none']); break; }
    case 'return': context.df.return(odd(input)); break;
    case 'input': context.df.return(`${typeof input} ${JSON.stringify(input)}`); break;
    case 'throw': if (input === 'null') throw null; if (input === 'text') throw 'a text'; if (input === 'object') throw { code: 7 }; throw new TypeError('typed');
    case 'slow': return sleep(1500).then(() => { context.df.return('slow'); });
    case 'count': context.df.setState(context.df.getState(() => 0) + 1); context.df.return(context.df.getState(() => 0)); break;
    case 'add': context.df.setState(context.df.getState(() => 0) + input); break;
    default: context.df.return(`op '${context.df.operationName}'`);
  }
});

// Tasks
orchestration('AllOfNothing', function* (context) { return yield context.Task.all([]); });
orchestration('AnyOfNothing', function* (context) { const w = yield context.Task.any([]); return w ?? 'none'; });
orchestration('AllCaught', function* (context) { try { return yield context.Task.all([]); } catch (e) { return first(e); } });
orchestration('AnyCaught', function* (context) { try { const w = yield context.Task.any([]); return w ?? 'none'; } catch (e) { return first(e); } });
orchestration('AllThenWork', function* (context) { const a = yield context.Task.all([]); const b = yield context.callActivity('Echo', 'after'); return [a, b]; });
orchestration('SameTaskTwiceInAll', function* (context) { const t = context.callActivity('Echo', 1); return yield context.Task.all([t, t]); });
orchestration('SameTaskYieldedTwice', function* (context) { const t = context.callActivity('Echo', 1); return [yield t, yield t]; });
orchestration('FailedTaskYieldedTwice', function* (context) { const t = context.callActivity('FailTimes', { key: context.instanceId, times: 9 }); const out = []; for (let i = 0; i < 2; i++) try { out.push(yield t); } catch (e) { out.push(first(e)); } return out; });
orchestration('YieldPlain', function* () { const x = yield 5; return x ?? 'none'; });
orchestration('YieldNothing', function* () { const x = yield; return x ?? 'none'; });
orchestration('YieldPromise', function* () { const x = yield Promise.resolve(5); return x ?? 'none'; });
orchestration('YieldArray', function* (context) { const x = yield [context.callActivity('Echo', 1), context.callActivity('Echo', 2)]; return x ?? 'none'; });
orchestration('YieldPlainLater', function* (context) { yield context.callActivity('Echo', 1); const x = yield 'text'; return x ?? 'none'; });
orchestration('AllOfPlain', function* (context) { return yield context.Task.all([context.callActivity('Echo', 1), 5]); });
orchestration('Nested', function* (context) {
  const any = context.Task.any([context.callActivity('Slow', { ms: 10, value: 'a' }), context.callActivity('Slow', { ms: 2500, value: 'b' })]);
  const all = context.Task.all([context.callActivity('Slow', { ms: 1300, value: 'c' })]);
  const out = yield context.Task.all([any, all]);
  return [out[0].result, out[1]];
});
orchestration('AnyOfAlls', function* (context) {
  const one = context.Task.all([context.callActivity('Slow', { ms: 10, value: 1 }), context.callActivity('Slow', { ms: 2500, value: 2 })]);
  const two = context.Task.all([context.callActivity('Slow', { ms: 1300, value: 3 })]);
  const w = yield context.Task.any([one, two]);
  return [w === two, w.result];
});
orchestration('AllOfAnyTimers', function* (context) {
  const timer = context.createTimer(later(context, 600000)), e = context.waitForExternalEvent('go');
  const w = yield context.Task.any([timer, context.Task.all([e, context.callActivity('Echo', 1)])]);
  if (w !== timer) timer.cancel();
  return w === timer ? 'timer' : w.result;
});
orchestration('AllWithFinished', function* (context) { const a = context.callActivity('Echo', 1), b = context.callActivity('Slow', { ms: 1300, value: 2 }); yield a; return yield context.Task.all([a, b]); });
orchestration('AnyWithFinished', function* (context) { const a = context.callActivity('Echo', 1), b = context.callActivity('Slow', { ms: 2000, value: 2 }); yield a; const w = yield context.Task.any([b, a]); return w === a ? 'a' : 'b'; });
orchestration('AnyWithFailed', function* (context) { const a = context.callActivity('FailTimes', { key: context.instanceId, times: 9 }); try { yield a; } catch {} const w = yield context.Task.any([a, context.callActivity('Slow', { ms: 1500, value: 2 })]); return [w === a, w.isFaulted]; });
orchestration('ReturnTask', function* (context) { return context.callActivity('Echo', 1); });
orchestration('ReturnInFinally', function* (context) { try { yield context.callActivity('FailTimes', { key: context.instanceId, times: 9 }); } finally { yield context.callActivity('Echo', 'cleaned'); } });
orchestration('RetryAny', function* (context) { const w = yield context.Task.any([context.callActivityWithRetry('FailTimes', new df.RetryOptions(700, 3), { key: context.instanceId, times: 1 }), context.callActivity('Slow', { ms: 4000, value: 'slow' })]); return w.result; });
orchestration('RetryOdd', function* (context, input) { try { const o = new df.RetryOptions(input.first, input.max); if (input.coefficient !== undefined) o.backoffCoefficient = input.coefficient; if (input.timeout !== undefined) o.retryTimeoutInMilliseconds = input.timeout; if (input.most !== undefined) o.maxRetryIntervalInMilliseconds = input.most; return yield context.callActivityWithRetry('FailTimes', o, { key: context.instanceId, times: input.times }); } catch (e) { return first(e); } });
orchestration('RetryChildOdd', function* (context, input) { const o = new df.RetryOptions(input.first, input.max); o.backoffCoefficient = 2; try { return yield context.callSubOrchestratorWithRetry('FailsTimes', o, { key: context.instanceId, times: input.times }, input.id ? `${context.instanceId}-child` : undefined); } catch (e) { return first(e); } });
orchestration('FailsTimes', function* (context, input) { return yield context.callActivity('FailTimes', input); });
orchestration('TimerOdd', function* (context, kind) {
  const dates = { invalid: new Date(NaN), far: new Date('9999-12-31T23:59:59.999Z'), old: new Date(0), fraction: later(context, 700.6), text: '2020-01-01' };
  try { const t = context.createTimer(dates[kind]); const e = context.waitForExternalEvent('go'); const w = yield context.Task.any([t, e]); if (w === e) t.cancel(); return w === t ? 'timer' : 'event'; } catch (e) { return first(e); }
});
orchestration('CancelBefore', function* (context) { const t = context.createTimer(later(context, 5000)); t.cancel(); const x = yield context.callActivity('Echo', 1); return [t.isCanceled, x]; });
orchestration('CancelTwice', function* (context) { const t = context.createTimer(later(context, 5000)); yield context.callActivity('Echo', 1); t.cancel(); t.cancel(); return [t.isCanceled, t.isCompleted]; });
orchestration('CancelFired', function* (context) { const t = context.createTimer(later(context, 1000)); yield t; try { t.cancel(); } catch (e) { return first(e); } return 'no error'; });
orchestration('YieldCancelled', function* (context) { const t = context.createTimer(later(context, 5000)); t.cancel(); try { yield t; } catch (e) { return first(e); } return 'went on'; });

// Races with a timer that is cancelled, in which more than one piece of work follows another
orchestration('RaceRetry', function* (context, input) {
  if (input.second) { yield context.callActivity('Echo', 'second'); return 'second'; }
  const call = { key: context.instanceId, times: input.times };
  const work = input.child ? context.callSubOrchestratorWithRetry('FailsTimes', new df.RetryOptions(600, 3), call, `${context.instanceId}-child`) : context.callActivityWithRetry('FailTimes', new df.RetryOptions(600, 3), call);
  const timer = context.createTimer(later(context, input.ms ?? 600000));
  const won = yield context.Task.any([work, timer]);
  if (won === work) timer.cancel();
  const result = won === timer ? 'timer' : work.isFaulted ? 'failed' : work.result;
  switch (input.then) {
    case 'echo': return [result, yield context.callActivity('Echo', 'after')];
    case 'timer': yield context.createTimer(later(context, 1200)); return [result, yield context.callActivity('Echo', 'after')];
    case 'child': return [result, yield context.callSubOrchestrator('Child', 'after', `${context.instanceId}-after`)];
    case 'new': context.continueAsNew({ second: true }); return;
    default: return result;
  }
});
orchestration('RacePoll', function* (context, url) {
  const work = context.callHttp({ method: 'GET', url }), timer = context.createTimer(later(context, 600000));
  const won = yield context.Task.any([work, timer]);
  if (won === work) timer.cancel();
  const after = yield context.callActivity('Echo', 'after');
  return [won === work ? work.result.statusCode : 'timer', after];
});
orchestration('RaceEventRetry', function* (context) {
  const event = context.waitForExternalEvent('go'), timer = context.createTimer(later(context, 600000)), work = context.callActivityWithRetry('FailTimes', new df.RetryOptions(600, 2), { key: context.instanceId, times: 9 });
  const won = yield context.Task.any([event, timer, context.Task.all([work, context.callActivity('Slow', { ms: 20000, value: 1 })])]);
  timer.cancel();
  return [won === event, yield context.callActivity('Echo', 'after')];
});

// Tasks in more than one group
orchestration('Regrouped', function* (context) { const a = context.callActivity('Slow', { ms: 10, value: 'a' }), b = context.callActivity('Slow', { ms: 1500, value: 'b' }); yield context.Task.any([a, b]); const all = yield context.Task.all([a, b]); return all; });
orchestration('RegroupedLoop', function* (context) { let open = [10, 1300, 2600].map((ms) => context.callActivity('Slow', { ms, value: ms })); const out = []; while (open.length > 0) { const won = yield context.Task.any(open); out.push(won.result); open = open.filter((each) => each !== won); } return out; });
orchestration('AllAfterAny', function* (context) { const tasks = [1, 2, 3].map((n) => context.callActivity('Slow', { ms: 1200 * (n - 1), value: n })); const won = yield context.Task.any(tasks); const all = yield context.Task.all(tasks); const after = yield context.callActivity('Echo', 'after'); return [won.result, all, after]; });
orchestration('RefAlone', function* (context, kind) { if (kind === 'output') { yield context.callActivity('Echo', 1); return { $ref: '1' }; } return yield context.callActivity('TypeOf', kind === 'number' ? { $ref: 1 } : { $ref: '1' }); });

// Ids given twice
orchestration('Child', function* (_context, input) { return { input }; });
orchestration('WorkChild', function* (context, input) { const a = yield context.callActivity('Echo', `${input}a`); const b = yield context.callActivity('Slow', { ms: 1500, value: `${input}b` }); return [a, b]; });
orchestration('SameChild', function* (context, { name, times, how }) {
  const tasks = Array.from({ length: times }, (_none, i) => context.callSubOrchestrator(name, i, `${context.instanceId}-child`));
  const timer = context.createTimer(later(context, 9000));
  const group = how === 'any' ? context.Task.any(tasks) : context.Task.all(tasks);
  const w = yield context.Task.any([group, timer]);
  if (w === timer) return ['not all', tasks.map((t) => (t.isCompleted ? (t.result ?? 'none') : 'open'))];
  timer.cancel();
  return how === 'any' ? group.result.result : group.result;
});
orchestration('ChildOfOwnId', function* (context) { return yield context.callSubOrchestrator('Child', 1, context.instanceId); });
orchestration('ChildOfOwnIdLater', function* (context) { yield context.callActivity('Echo', 1); return yield context.callSubOrchestrator('WorkChild', 1, context.instanceId); });
orchestration('ChildOfParentsId', function* (context) { return yield context.callSubOrchestrator('CallsUp', context.instanceId, `${context.instanceId}-child`); });
orchestration('CallsUp', function* (context, id) { return yield context.callSubOrchestrator('Child', 'up', id); });
orchestration('SameChildAfterNew', function* (context, n) { const x = yield context.callSubOrchestrator('Child', n, `${context.instanceId}-child`); if (n > 0) { context.continueAsNew(n - 1); return; } return x; });

// Rewound
orchestration('FailThenWait', function* (context, times) { const a = yield context.callActivity('FailTimes', { key: context.instanceId, times: times ?? 1 }); const b = yield context.waitForExternalEvent('go'); return [a, b]; });
orchestration('FailThenNothing', function* (context) { yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); });
orchestration('FailThenNew', function* (context, input) { if (input?.second) { yield context.waitForExternalEvent('go'); return 'second'; } yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); context.continueAsNew({ second: true }); });
orchestration('FailStatusThenWait', function* (context) { context.setCustomStatus('before'); yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); context.setCustomStatus('after'); return yield context.waitForExternalEvent('go'); });
orchestration('ParentOfFailThenWait', function* (context) { return yield context.callSubOrchestrator('FailThenWait', 1, `${context.instanceId}-child`); });
orchestration('FailThenEntity', function* (context) { const id = new df.EntityId('Keeper', context.instanceId); const a = yield context.callEntity(id, 'count'); const b = yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); const c = yield context.callEntity(id, 'count'); return [a, b, c]; });
orchestration('FailThenTimer', function* (context) { const a = yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); yield context.createTimer(later(context, 1500)); return a; });
orchestration('FailThenChild', function* (context) { const a = yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); const b = yield context.callSubOrchestrator('WorkChild', 1, `${context.instanceId}-child`); return [a, b]; });
orchestration('EventThenFail', function* (context) { const x = yield context.waitForExternalEvent('go'); const a = yield context.callActivity('FailTimes', { key: context.instanceId, times: 1 }); const y = yield context.waitForExternalEvent('go'); return [x, a, y]; });

// New generations
orchestration('NewWithEntityCall', function* (context, n) { if (n === 0) { yield context.createTimer(later(context, 2500)); return 'over'; } context.callEntity(new df.EntityId('Keeper', context.instanceId), 'slow'); yield context.callActivity('Echo', n); context.continueAsNew(n - 1); });
orchestration('NewKeepsMany', function* (context, n) { const x = yield context.waitForExternalEvent('item'); if (n.length === 3) return [...n, x]; context.continueAsNew([...n, x]); });
orchestration('NewThenThrow', function* (context, n) { if (n > 0) { context.continueAsNew(n - 1); throw new Error('after new'); } return 'zero'; });
orchestration('NewThenYield', function* (context, n) { if (n > 0) { context.continueAsNew(n - 1); const x = yield context.callActivity('Echo', 'after'); return x; } return 'zero'; });
orchestration('NewTwice', function* (context, n) { yield context.callActivity('Echo', 1); if (n > 0) { context.continueAsNew(n - 1); context.continueAsNew(0); } else return 'zero'; });
orchestration('NewSignals', function* (context, n) { context.signalEntity(new df.EntityId('Keeper', context.instanceId), 'add', n); if (n > 0) context.continueAsNew(n - 1); else return 'zero'; });

// Durable HTTP
orchestration('Http', function* (context, input) { const r = yield context.callHttp(input); return { status: r.statusCode, content: r.content, kept: Object.fromEntries(Object.entries(r.headers).filter(([name]) => /^(x-|location|retry)/i.test(name))) }; });
orchestration('HttpSize', function* (context, input) { const r = yield context.callHttp(input); return [r.statusCode, r.content.length]; });
orchestration('HttpSend', function* (context, { url, size }) { const r = yield context.callHttp({ method: 'POST', url, body: 'b'.repeat(size) }); return [r.statusCode, r.content.length]; });
orchestration('HttpCaught', function* (context, input) { try { const r = yield context.callHttp(input); return { status: r.statusCode }; } catch (e) { return first(e); } });
/** What was received, until two are: a race of an event, and between it and continueAsNew a timer that is due at once. */
orchestration('RaceWaitNew', function* (context, list) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, list ? 1500 : 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); yield context.createTimer(context.currentUtcDateTime); const next = [...(list ?? []), w === e ? e.result : 'timer']; if (next.length > 1) return next; context.continueAsNew(next); });
