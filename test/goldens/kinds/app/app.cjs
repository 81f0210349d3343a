// Orchestrators for kinds of differences that random programs have met, and for what no package asks for but the extension knows.
const { df, count, sleep, later, first, orchestration, activity, echo } = require('../../app-parts.cjs');

activity('Echo', echo);
activity('FailTimes', ({ key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok after ${n}`; });
activity('Slow', async ({ ms, value }) => { await sleep(ms); return value; });
activity('Fail', (text) => { throw new Error(text ?? 'boom'); });
const retry = (interval, max) => new df.RetryOptions(interval, max);
const child = (context, name, input, suffix = 'child') => context.callSubOrchestrator(name, input, `${context.instanceId}-${suffix}`);

// Rewinds after a retry
orchestration('RetryInVain', function* (context, max) { return yield context.callActivityWithRetry('Fail', retry(500, max), 'always'); });
orchestration('EventThenRetry', function* (context) { const x = yield context.waitForExternalEvent('go'); return [x, yield context.callActivityWithRetry('Fail', retry(500, 2), 'always')]; });
orchestration('ChildRetries', function* (context) { return yield child(context, 'RetryInVain', 2); });

// A failure without a state while the instance is suspended
orchestration('WaitThenThrowText', function* (context) { yield context.waitForExternalEvent('go'); throw 'a text'; });
orchestration('SlowThenThrowText', function* (context, ms) { yield context.callActivity('Slow', { ms, value: 1 }); throw 'a text'; });

// Signals with a time: no package for JavaScript makes them, so the action is made by hand
df.app.entity('Log', (context) => {
  const state = context.df.getState(() => []), input = context.df.getInput();
  if (context.df.operationName === 'log') context.df.setState([...state, input]);
  else context.df.return(state);
});
const log = (context) => new df.EntityId('Log', context.instanceId);
const signalAt = (context, fireAt, operation, input) =>
  context.taskOrchestratorExecutor.recordFireAndForgetAction({ actionType: 10, instanceId: `@log@${context.instanceId}`, operation, input, fireAt });
orchestration('SignalLater', function* (context, ms) { signalAt(context, later(context, ms), 'log', 'later'); context.signalEntity(log(context), 'log', 'now'); const a = yield context.callEntity(log(context), 'get'); yield context.createTimer(later(context, ms + 2500)); return [a, yield context.callEntity(log(context), 'get')]; });
orchestration('SignalLaterNew', function* (context, n) { signalAt(context, later(context, 2500), 'log', n); if (n > 0) { context.continueAsNew(n - 1); return; } yield context.createTimer(later(context, 5500)); return yield context.callEntity(log(context), 'get'); });
orchestration('SignalLaterThenEnd', function* (context, ms) { signalAt(context, later(context, ms), 'log', 'after the end'); return 'ended'; });
orchestration('SignalPast', function* (context) { signalAt(context, later(context, -60000), 'log', 'past'); return yield context.callEntity(log(context), 'get'); });
orchestration('SignalNoTime', function* (context) { signalAt(context, undefined, 'log', 'no time'); return yield context.callEntity(log(context), 'get'); });
orchestration('SignalLaterThenFail', function* (context) { signalAt(context, later(context, 1500), 'log', 'failed'); yield context.callActivity('Fail', 'x'); });
