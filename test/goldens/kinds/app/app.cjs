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

// Custom statuses over the limit in an episode in which the code throws
const big = (context) => context.setCustomStatus('s'.repeat(9000));
orchestration('StatusThrow', function* (context) { big(context); throw new Error('own'); });
orchestration('StatusBadCall', function* (context) { big(context); return yield context.callSubOrchestratorWithRetry('StatusThrow', { an: 'input' }, 'no policy'); });
orchestration('StatusThrowLate', function* (context) { yield context.callActivity('Echo', 1); big(context); throw new Error('own'); });
orchestration('StatusThrowAfterEvent', function* (context) { yield context.waitForExternalEvent('go'); big(context); throw new Error('own'); });
orchestration('StatusReturnAfterEvent', function* (context) { yield context.waitForExternalEvent('go'); big(context); return 'own'; });
orchestration('StatusThrowText', function* (context) { big(context); throw 'a text'; });
orchestration('StatusThrowNew', function* (context) { big(context); context.continueAsNew(1); throw new Error('own'); });
orchestration('NewStatusThrow', function* (context, n) { if (n > 0) { context.continueAsNew(n - 1); return; } big(context); throw new Error('own'); });
orchestration('SignalStatusThrow', function* (context) { context.signalEntity(log(context), 'log', 'now'); big(context); throw new Error('own'); });
orchestration('StatusBackThrow', function* (context) { big(context); context.setCustomStatus('small'); throw new Error('own'); });
orchestration('StatusThrowLines', function* (context) { big(context); throw new Error('one\ntwo'); });
orchestration('ChildStatusThrow', function* (context) { try { return yield child(context, 'StatusThrow'); } catch (e) { return String(e.message).split('\n').slice(0, 1); } });
orchestration('ChildStatusThrowUncaught', function* (context) { return yield child(context, 'StatusThrow'); });
orchestration('ChildStatusThrowRetried', function* (context) { return yield context.callSubOrchestratorWithRetry('StatusThrow', retry(500, 2), null, `${context.instanceId}-child`); });
orchestration('StatusThrowTextLate', function* (context) { yield context.callActivity('Echo', 1); big(context); throw 'a text'; });
// Custom statuses of an answer without its state
orchestration('StatusLost', function* (context) { context.setCustomStatus('small'); throw 'a text'; });
orchestration('StatusLostLater', function* (context) { context.setCustomStatus('first'); yield context.callActivity('Echo', 1); context.setCustomStatus('second'); throw 'a text'; });
orchestration('StatusLostEvent', function* (context) { context.setCustomStatus('first'); yield context.waitForExternalEvent('go'); context.setCustomStatus('second'); throw 'a text'; });
// Code that has called continueAsNew, and throws
orchestration('NewThrowsLate', function* (context, n) { yield context.callActivity('Echo', n); context.continueAsNew(n - 1); throw new Error('own'); });
orchestration('NewThrowsStatus', function* (context) { context.setCustomStatus('small'); context.continueAsNew(1); throw new Error('own'); });
orchestration('NewThrowsEvent', function* (context) { context.setCustomStatus('small'); yield context.waitForExternalEvent('go'); context.continueAsNew(1); throw new Error('own'); });
orchestration('NewThrowsChild', function* (context) { try { return yield child(context, 'NewThrowsLate', 1); } catch (e) { return String(e.message).split('\n').slice(0, 1); } });
