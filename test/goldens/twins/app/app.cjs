// The orchestrators of the scenarios that are twins of recorded ones: work that is open when an instance is rewound, critical sections, answers
// of waiting starts, statuses of every form, retries and children in other places.
const { df, count, sleep, later, first, orchestration, activity, echo } = require('../../app-parts.cjs');

activity('Echo', echo);
activity('FailTimes', ({ key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok after ${n}`; });
activity('Slow', async ({ ms, value }) => { await sleep(ms); return value; });
activity('SlowCount', async ({ ms, key }) => { const n = count(key); await sleep(ms); return `run ${n}`; });
activity('Fail', (text) => { throw new Error(text ?? 'boom'); });
activity('FailKind', (kind) => { if (kind === 'text') throw 'a text'; if (kind === 'object') throw { code: 7 }; if (kind === 'null') throw null; throw new RangeError('ranged'); });

orchestration('Empty', function* () {});
orchestration('Return', function* (_context, input) { return input; });
orchestration('Throw', function* (_context, input) { throw new Error(input ?? 'thrown'); });
orchestration('Wait', function* (context, input) { return yield context.waitForExternalEvent(input ?? 'go'); });
orchestration('Child', function* (context, input) { return { id: context.instanceId, parent: context.parentInstanceId, input }; });
orchestration('SlowChild', function* (context, input) { return yield context.callActivity('Slow', input); });
orchestration('FailsTimes', function* (context, input) { return yield context.callActivity('FailTimes', input); });
orchestration('Later', function* (context, ms) { yield context.createTimer(later(context, ms)); return 'later'; });
orchestration('LaterThrow', function* (context, ms) { yield context.createTimer(later(context, ms)); throw new Error('later thrown'); });

// Work that is open when the instance fails
const failing = (context) => context.callActivity('FailTimes', { key: context.instanceId, times: 1 });
orchestration('OpenActivityInAll', function* (context, ms) { return yield context.Task.all([context.callActivity('SlowCount', { ms, key: `${context.instanceId}-slow` }), failing(context)]); });
// Work that nothing has been awaited with yet is not scheduled.
const begun = (context, task) => context.Task.any([task, context.callActivity('Echo', 'beside')]);
orchestration('OpenActivity', function* (context, ms) { const work = context.callActivity('SlowCount', { ms, key: `${context.instanceId}-slow` }); yield begun(context, work); const a = yield failing(context); return [a, yield work]; });
orchestration('OpenUnneeded', function* (context, ms) { const work = context.callActivity('SlowCount', { ms, key: `${context.instanceId}-slow` }); yield begun(context, work); const a = yield failing(context); return [a, yield context.callActivity('Echo', 'after')]; });
orchestration('OpenChild', function* (context, ms) { const work = context.callSubOrchestrator('SlowChild', { ms, value: 'child' }, `${context.instanceId}-child`); yield begun(context, work); const a = yield failing(context); return [a, yield work]; });
orchestration('OpenChildUnneeded', function* (context, ms) { const work = context.callSubOrchestrator('SlowChild', { ms, value: 'child' }, `${context.instanceId}-child`); yield begun(context, work); const a = yield failing(context); return [a, yield context.callActivity('Echo', 'after')]; });
orchestration('OpenWaitingChild', function* (context) { const work = context.callSubOrchestrator('Wait', 'go', `${context.instanceId}-child`); yield begun(context, work); const a = yield failing(context); return [a, yield work]; });
orchestration('OpenTimer', function* (context, ms) { const work = context.createTimer(later(context, ms)); yield begun(context, work); const a = yield failing(context); yield work; return a; });
orchestration('OpenEvent', function* (context) { const work = context.waitForExternalEvent('go'); yield begun(context, work); const a = yield failing(context); return [a, yield work]; });
orchestration('OpenEntity', function* (context) { const work = context.callEntity(new df.EntityId('Box', context.instanceId), 'slow', 2500); yield begun(context, work); const a = yield failing(context); return [a, yield work]; });
orchestration('OpenHttp', function* (context, url) { const work = context.callHttp({ method: 'GET', url }); yield begun(context, work); const a = yield failing(context); const r = yield work; return [a, r.statusCode]; });
orchestration('OpenRetry', function* (context) { const work = context.callActivityWithRetry('FailTimes', new df.RetryOptions(3000, 3), { key: `${context.instanceId}-retry`, times: 1 }); yield begun(context, work); const a = yield failing(context); return [a, yield work]; });
orchestration('RaceThenRetry', function* (context) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 600000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); return yield context.callActivityWithRetry('FailTimes', new df.RetryOptions(500, 1), { key: context.instanceId, times: 2 }); });

// Entities
df.app.entity('Box', (context) => {
  const input = context.df.getInput();
  switch (context.df.operationName) {
    case 'add': context.df.setState(context.df.getState(() => 0) + input); break;
    case 'get': context.df.return(context.df.getState(() => 0)); break;
    case 'log': context.df.setState([...context.df.getState(() => []), input]); break;
    case 'slow': return sleep(input).then(() => { context.df.setState('slept'); context.df.return('slept'); });
    case 'fail': throw new Error('box boom');
    case 'delete': context.df.destructOnExit(); break;
    default: context.df.return(null);
  }
});
df.app.entity('Paged', (context) => { if (context.df.operationName === 'set') context.df.setState(context.df.getInput()); else if (context.df.operationName === 'delete') context.df.destructOnExit(); });
const box = (context, suffix = '') => new df.EntityId('Box', context.instanceId + suffix);

// Critical sections
orchestration('LockOne', function* (context) { const lock = yield context.lock(box(context)); const n = (yield context.callEntity(box(context), 'get')) + 1; yield context.callEntity(box(context), 'add', n); lock.release(); return n; });
orchestration('LockTwo', function* (context) { const [a, b] = [box(context, '-b'), box(context, '-a')]; const lock = yield context.lock(a, b); yield context.callEntity(a, 'add', 1); yield context.callEntity(b, 'add', 2); const inside = context.isLocked(); lock.release(); return [inside.isLocked, inside.ownedLocks?.length, context.isLocked().isLocked, yield context.callEntity(a, 'get'), yield context.callEntity(b, 'get')]; });
orchestration('LockTwice', function* (context) { const lock = yield context.lock([box(context), box(context)]); yield context.callEntity(box(context), 'add', 1); lock.release(); return yield context.callEntity(box(context), 'get'); });
orchestration('LockForgotten', function* (context) { yield context.lock(box(context)); yield context.callEntity(box(context), 'add', 1); return 'not released'; });
orchestration('LockThrows', function* (context) { yield context.lock(box(context)); yield context.callEntity(box(context), 'add', 1); throw new Error('in the section'); });
orchestration('LockNew', function* (context, n) { yield context.lock(box(context)); yield context.callEntity(box(context), 'add', 1); if (n > 0) { context.continueAsNew(n - 1); return; } return yield context.callEntity(box(context), 'get'); });
orchestration('LockRules', function* (context) {
  const out = [], lock = yield context.lock(box(context));
  for (const broken of [() => context.lock(box(context, '-other')), () => context.callEntity(box(context, '-other'), 'get'), () => context.signalEntity(box(context), 'add', 1), () => context.callSubOrchestrator('Child', 1)]) try { yield broken(); out.push('taken'); } catch (e) { out.push(first(e)); }
  context.signalEntity(box(context, '-other'), 'add', 3);
  const a = context.callEntity(box(context), 'add', 1);
  try { context.callEntity(box(context), 'add', 1); out.push('taken'); } catch (e) { out.push(first(e)); }
  yield a;
  out.push(yield context.callActivity('Echo', 'inside'));
  lock.release();
  lock.release();
  out.push(yield context.callEntity(box(context), 'get'));
  return out;
});
orchestration('LockOdd', function* (context) { const out = []; for (const odd of [() => context.lock(), () => context.lock([]), () => context.lock('x')]) try { yield odd(); out.push('taken'); } catch (e) { out.push(first(e)); } return out; });
orchestration('LockWait', function* (context, key) { const id = new df.EntityId('Box', key); const lock = yield context.lock(id); context.setCustomStatus('inside'); yield context.waitForExternalEvent('go'); yield context.callEntity(id, 'log', context.instanceId.slice(-1)); lock.release(); return 'left'; });
orchestration('LockParent', function* (context) { const r = yield context.Task.all(['a', 'b'].map((x) => context.callSubOrchestrator('LockAdd', context.instanceId, `${context.instanceId}-${x}`))); return [r.length, yield context.callEntity(box(context), 'get')]; });
orchestration('LockAdd', function* (context, key) { const id = new df.EntityId('Box', key); const lock = yield context.lock(id); const n = yield context.callEntity(id, 'get'); yield context.callActivity('Slow', { ms: 400, value: 1 }); yield context.callEntity(id, 'add', n + 1); lock.release(); return n; });
orchestration('LockFail', function* (context) { const lock = yield context.lock(box(context)); let m; try { yield context.callEntity(box(context), 'fail'); } catch (e) { m = first(e); } lock.release(); return [m, yield context.callEntity(box(context), 'get')]; });

// Statuses
orchestration('StatusForms', function* (context, forms) { for (const form of forms) { context.setCustomStatus(form); yield context.waitForExternalEvent('next'); } return 'ok'; });
orchestration('StatusTwice', function* (context) { context.setCustomStatus('one'); context.setCustomStatus('two'); yield context.callActivity('Echo', 1); context.setCustomStatus({ at: 3 }); context.setCustomStatus(null); yield context.callActivity('Echo', 2); context.setCustomStatus('last'); return 'ok'; });
orchestration('StatusAtEnd', function* (context, form) { context.setCustomStatus(form); return 'at once'; });
orchestration('StatusOfChild', function* (context) { context.setCustomStatus('parent'); const r = yield context.callSubOrchestrator('StatusTwice', null, `${context.instanceId}-child`); return r; });
orchestration('StatusNew', function* (context, n) { context.setCustomStatus({ n }); if (n > 0) { context.continueAsNew(n - 1); return; } yield context.waitForExternalEvent('go'); return 'zero'; });
orchestration('StatusNewCleared', function* (context, n) { if (n > 0) { context.setCustomStatus({ n }); yield context.callActivity('Echo', n); context.continueAsNew(n - 1); return; } yield context.waitForExternalEvent('go'); return 'zero'; });
orchestration('StatusCaught', function* (context) { context.setCustomStatus('trying'); try { yield context.callActivity('Fail', 'x'); } catch { context.setCustomStatus(['caught']); } yield context.waitForExternalEvent('go'); return 'ok'; });
orchestration('StatusObjectSize', function* (context, n) { context.setCustomStatus({ s: 's'.repeat(n) }); yield context.callActivity('Echo', 1); return 'ok'; });

// Retries
const retry = (interval, max, more = {}) => Object.assign(new df.RetryOptions(interval, max), more);
orchestration('RetryAll', function* (context) { try { return yield context.Task.all([context.callActivityWithRetry('FailTimes', retry(700, 2), { key: context.instanceId, times: 5 }), context.callActivity('Echo', 2)]); } catch (e) { return first(e); } });
orchestration('RetryThenNew', function* (context, n) { const r = yield context.callActivityWithRetry('FailTimes', retry(700, 3), { key: `${context.instanceId}${n}`, times: 1 }); if (n > 0) { context.continueAsNew(n - 1); return; } return r; });
orchestration('RetryChain', function* (context) { const a = yield context.callActivityWithRetry('FailTimes', retry(700, 3), { key: `${context.instanceId}a`, times: 1 }); const b = yield context.callActivityWithRetry('FailTimes', retry(700, 3), { key: `${context.instanceId}b`, times: 2 }); return [a, b]; });
orchestration('RetryKinds', function* (context) { const out = []; for (const kind of ['text', 'object', 'null', 'range']) try { out.push(yield context.callActivityWithRetry('FailKind', retry(700, 2), kind)); } catch (e) { out.push(first(e)); } return out; });
orchestration('RetryMost', function* (context) { try { return yield context.callActivityWithRetry('FailTimes', retry(500, 5, { backoffCoefficient: 10, maxRetryIntervalInMilliseconds: 1200 }), { key: context.instanceId, times: 4 }); } catch (e) { return first(e); } });
orchestration('RetryFirstOk', function* (context) { return yield context.callActivityWithRetry('Echo', retry(500, 5), 'at once'); });
orchestration('RetryChildFails', function* (context) { try { return yield context.callSubOrchestratorWithRetry('Throw', retry(600, 2), 'always', `${context.instanceId}-child`); } catch (e) { return first(e); } });
orchestration('RetryChildAutoFails', function* (context) { return yield context.callSubOrchestratorWithRetry('Throw', retry(600, 2), 'always'); });
orchestration('RetryNested', function* (context) { return yield context.callSubOrchestratorWithRetry('RetryInner', retry(600, 2), context.instanceId, `${context.instanceId}-child`); });
orchestration('RetryInner', function* (context, key) { return yield context.callActivityWithRetry('FailTimes', retry(600, 2), { key, times: 3 }); });
orchestration('RetryUnderTimer', function* (context) { const work = context.callActivityWithRetry('Fail', retry(1500, 4), 'never'), timer = context.createTimer(later(context, 2500)); const w = yield context.Task.any([work, timer]); if (w === timer) return yield context.callActivity('Echo', 'gave up'); return 'retried'; });
orchestration('RetryStatus', function* (context) { context.setCustomStatus('before'); try { yield context.callActivityWithRetry('Fail', retry(800, 2), 'x'); } catch { context.setCustomStatus('gave up'); } return yield context.callActivity('Echo', 1); });

// Children
orchestration('ChildVersion', function* (context, version) { return yield context.callSubOrchestrator('Child', 1, `${context.instanceId}-child`, version); });
orchestration('ChildOf', function* (context, id) { try { return yield context.callSubOrchestrator('Child', 1, id); } catch (e) { return first(e); } });
orchestration('SameChildAgain', function* (context) { const out = []; for (let i = 0; i < 3; i++) out.push((yield context.callSubOrchestrator('Child', i, `${context.instanceId}-child`)).input); return out; });
orchestration('SameChildFails', function* (context) { const out = []; for (let i = 0; i < 2; i++) try { out.push(yield context.callSubOrchestrator('FailsTimes', { key: context.instanceId, times: 1 }, `${context.instanceId}-child`)); } catch (e) { out.push(first(e)); } return out; });
orchestration('ManyChildren', function* (context, n) { const r = yield context.Task.all(Array.from({ length: n }, (_none, i) => context.callSubOrchestrator('Child', i))); return r.map(({ input }) => input); });
orchestration('ChildNotAwaited', function* (context) { context.callSubOrchestrator('Child', 1, `${context.instanceId}-child`); return 'not awaited'; });
orchestration('ChildNotAwaitedThen', function* (context) { context.callSubOrchestrator('Child', 1, `${context.instanceId}-child`); yield context.createTimer(later(context, 2500)); return 'later'; });
orchestration('ChildOrTimer', function* (context) { const c = context.callSubOrchestrator('Wait', 'go', `${context.instanceId}-child`), t = context.createTimer(later(context, 1500)); const w = yield context.Task.any([c, t]); if (w === c) { t.cancel(); return c.result; } yield context.callActivity('Echo', 1); return 'timer'; });
orchestration('ThreeDeep', function* (context, n) { if (n === 0) return yield context.waitForExternalEvent('go'); return [n, yield context.callSubOrchestrator('ThreeDeep', n - 1, `${context.instanceId}-${n}`)]; });
orchestration('ChildNull', function* (context) { const r = yield context.callSubOrchestrator('Return', null, `${context.instanceId}-child`); return { type: typeof r, value: r ?? 'none' }; });
orchestration('ChildEmpty', function* (context) { const r = yield context.callSubOrchestrator('Empty', undefined, `${context.instanceId}-child`); return { type: typeof r, value: r ?? 'none' }; });

// Groups, timers and events
orchestration('FanOutFail', function* (context) { try { yield context.Task.all([context.callActivity('Echo', 1), context.callActivity('Fail', 'only')]); } catch (e) { return first(e); } });
orchestration('AllTimers', function* (context) { yield context.Task.all([1000, 2000, 3000].map((ms) => context.createTimer(later(context, ms)))); return 'all'; });
orchestration('AnyTimers', function* (context) { const timers = [1000, 600000].map((ms) => context.createTimer(later(context, ms))); const w = yield context.Task.any(timers); timers[1].cancel(); return timers.indexOf(w); });
orchestration('TimersInRow', function* (context) { for (const ms of [1000, 1000]) yield context.createTimer(later(context, ms)); return 'two'; });
orchestration('TwoLongTimers', function* (context) { const e = context.waitForExternalEvent('go'), timers = [8, 9].map((days) => context.createTimer(later(context, days * 86400000))); const w = yield context.Task.any([e, ...timers]); timers.forEach((t) => t.cancel()); return w === e ? 'event' : 'timer'; });
orchestration('LongTimerThen', function* (context) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 8 * 86400000)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); return yield context.callActivity('Echo', e.result); });
orchestration('WaitThree', function* (context) { const out = []; for (const n of ['a', 'b', 'c']) out.push(yield context.waitForExternalEvent(n)); return out; });
orchestration('EventOrEvent', function* (context) { const out = []; for (let i = 0; i < 2; i++) { const [a, b] = ['a', 'b'].map((n) => context.waitForExternalEvent(n)); const w = yield context.Task.any([a, b]); out.push([w === a ? 'a' : 'b', w.result]); } return out; });
orchestration('EventWithTimeout', function* (context) { const out = []; for (let i = 0; i < 2; i++) { const e = context.waitForExternalEvent('go'), t = context.createTimer(later(context, 2500)); const w = yield context.Task.any([e, t]); if (w === e) t.cancel(); out.push(w === e ? e.result : 'timeout'); } return out; });
orchestration('RaceActivities', function* (context) { const a = context.callActivity('Slow', { ms: 10, value: 'a' }), b = context.callActivity('Slow', { ms: 2500, value: 'b' }); const w = yield context.Task.any([a, b]); const after = yield context.callActivity('Echo', w.result); return [after, yield b]; });
orchestration('NewWithEvents', function* (context, input) { const { n = 0, log = [] } = input ?? {}; const [a, b] = yield context.Task.all([context.waitForExternalEvent('a'), context.waitForExternalEvent('b')]); if (n < 1) { context.continueAsNew({ n: n + 1, log: [a, b] }); return; } return [...log, a, b]; });

// Durable HTTP
orchestration('Http', function* (context, input) { const r = yield context.callHttp(input); return { status: r.statusCode, content: r.content, kept: Object.fromEntries(Object.entries(r.headers).filter(([name]) => /^(x-|location|retry)/i.test(name))) }; });
orchestration('HttpPolls', function* (context, urls) { const r = yield context.Task.all(urls.map((url) => context.callHttp({ method: 'GET', url }))); return r.map((each) => [each.statusCode, each.content]); });
orchestration('HttpTwice', function* (context, url) { const out = []; for (let i = 0; i < 2; i++) { const r = yield context.callHttp({ method: 'GET', url }); out.push([r.statusCode, r.content]); } return out; });
orchestration('HttpPollOrTimer', function* (context, url) { const h = context.callHttp({ method: 'GET', url }), t = context.createTimer(later(context, 2500)); const w = yield context.Task.any([h, t]); if (w === h) t.cancel(); const x = yield context.callActivity('Echo', 'after'); return [w === h ? h.result.statusCode : 'timer', x]; });
orchestration('HttpPollThenNew', function* (context, input) { const r = yield context.callHttp({ method: 'GET', url: input.url }); if (input.n > 0) { context.continueAsNew({ ...input, n: input.n - 1 }); return; } return r.content; });
