// What a group leaves behind that the code goes on from, and who gets its results.
const df = require('durable-functions');
const runs = new Map();
const later = (context, ms) => new Date(context.df.currentUtcDateTime.getTime() + ms);
df.app.activity('Refuse', { handler: (ms) => new Promise((_resolve, reject) => setTimeout(() => reject(new Error('refused')), ms)) });
df.app.activity('Times', { handler: ({ key, times }) => { const n = (runs.get(key) ?? 0) + 1; runs.set(key, n); if (n <= times) throw new Error(`failure ${n}`); return `tried ${n}`; } });
df.app.activity('Echo', { handler: (text) => text });
df.app.orchestration('Child', function* (context) { return yield context.df.callActivity('Echo', `child ${context.df.getInput()}`); });
df.app.orchestration('Flaky', function* (context) { return yield context.df.callActivity('Times', context.df.getInput()); });
const next = (context, kind, at) => {
  const { df: durable } = context;
  switch (kind) {
    case 'echo': return durable.callActivity('Echo', `echo ${at}`);
    case 'child': return durable.callSubOrchestrator('Child', at, `${durable.instanceId}-child-${at}`);
    case 'timer': return durable.createTimer(later(context, 1500));
    case 'event': return durable.waitForExternalEvent('Go');
    default: throw new Error(`no ${kind}`);
  }
};
df.app.orchestration('Behind', function* (context) {
  const { df: durable } = context;
  const { times = 1, max = 2, then, group = 'all', ms = 1000, flaky = false } = durable.getInput();
  const options = new df.RetryOptions(4000, max);
  const input = { key: durable.instanceId, times };
  const tried = flaky ? durable.callSubOrchestratorWithRetry('Flaky', options, input, `${durable.instanceId}-flaky`) : durable.callActivityWithRetry('Times', options, input);
  const out = [];
  try { out.push((yield durable.Task[group]([durable.callActivity('Refuse', ms), tried])) === undefined); }
  catch (error) { out.push(String(error.message).split('\n')[0].trim()); }
  for (const [at, kind] of then.entries()) {
    try { out.push((yield next(context, kind, at)) ?? null); } catch (error) { out.push(String(error.message).split('\n')[0].trim()); }
  }
  return out;
});
