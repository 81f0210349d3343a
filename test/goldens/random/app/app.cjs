// One orchestrator that does what its input says: {steps: [...], log: [...]}; the steps are those of test/goldens/random/program.ts.
const df = require('durable-functions');
const runs = new Map();
const count = (key) => (runs.set(key, (runs.get(key) ?? 0) + 1), runs.get(key));
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
// As slow as storage makes every activity of the real engine, where a player asks for that: what comes close together then meets it as there.
const storageMs = Number(process.env.GOLDENS_STORAGE_MS ?? 0);
df.app.activity('Echo', { handler: (x) => (storageMs === 0 ? x : sleep(storageMs).then(() => x)) });
df.app.activity('Slow', { handler: async ({ ms, v }) => { await sleep(ms); return v; } });
df.app.activity('SlowFail', { handler: async ({ ms, v }) => { await sleep(ms); throw new Error(`failed ${v}`); } });
df.app.activity('FailTimes', { handler: ({ key, times }) => { const n = count(key); if (n <= times) throw new Error(`failure ${n}`); return `ok ${n}`; } });
df.app.entity('Counter', (context) => {
  const n = context.df.getState(() => 0);
  if (context.df.operationName === 'add') { context.df.setState(n + context.df.getInput()); context.df.return(n + context.df.getInput()); }
  else if (context.df.operationName === 'fail') throw new Error('entity');
  else context.df.return(n);
});
const later = (df_, ms) => new Date(df_.currentUtcDateTime.getTime() + ms);
const short = (e) => `caught ${String(e.message).split('\n')[0].trim()}`;
const options = (max) => new df.RetryOptions(500, max);
function task(context, step, page) {
  switch (step.do) {
    case 'echo': return context.callActivity('Echo', step.v);
    case 'slow': return context.callActivity('Slow', { ms: step.ms, v: step.v });
    case 'slowFail': return context.callActivity('SlowFail', { ms: step.ms, v: step.v });
    case 'failTimes': return context.callActivity('FailTimes', { key: `${context.instanceId} ${step.v}`, times: step.times });
    case 'childRetry': return context.callSubOrchestratorWithRetry('Program', options(step.max), { steps: step.steps, page }, `${context.instanceId}-${step.id}`);
    case 'http': return context.callHttp({ method: 'GET', url: `http://127.0.0.1:${page}${step.to}?key=${encodeURIComponent(context.instanceId)}` });
    case 'retry': return context.callActivityWithRetry('FailTimes', options(step.max), { key: `${context.instanceId} ${step.v}`, times: step.times });
    case 'timer': return context.createTimer(later(context, step.ms));
    case 'event': return context.waitForExternalEvent(step.name);
    case 'child': return context.callSubOrchestrator('Program', { steps: step.steps, page }, `${context.instanceId}-${step.id}`);
    case 'entity': return context.callEntity(new df.EntityId('Counter', context.instanceId), step.op, step.v);
    default: throw new Error(`no task is called ${step.do}`);
  }
}
const counter = (context, suffix = '') => new df.EntityId('Counter', `${context.df.instanceId}${suffix}`);
/** Of a durable HTTP call what does not differ from run to run. */
const plain = (result) => (result?.statusCode === undefined ? (result ?? null) : [result.statusCode, result.content]);
function* perform(context, step, out, page) {
  try {
    if (step.do === 'status') context.df.setCustomStatus(step.v);
    else if (step.do === 'bigStatus') context.df.setCustomStatus('s'.repeat(step.size));
    else if (step.do === 'signal') context.df.signalEntity(counter(context), 'add', step.v);
    else if (step.do === 'tell') context.df.signalEntity(counter(context, '-told'), step.op, step.v);
    else if (step.do === 'throw') throw new Error(`own ${step.v}`);
    else if (step.do === 'lock') {
      const lock = yield context.df.lock(...(step.also ? [counter(context), counter(context, '-also')] : [counter(context)]));
      for (const each of step.steps) yield* perform(context, each, out, page);
      if (step.isReleased) lock.release();
    } else if (step.do === 'all') out.push(yield context.df.Task.all(step.of.map((each) => task(context.df, each, page))));
    else if (step.do === 'any') {
      const tasks = step.of.map((each) => task(context.df, each, page));
      const won = yield context.df.Task.any(tasks);
      tasks.forEach((each, i) => { if (step.of[i].do === 'timer' && each !== won) each.cancel(); });
      out.push([tasks.indexOf(won), won.isFaulted ? 'faulted' : plain(won.result)]);
    } else out.push(plain(yield task(context.df, step, page)));
  } catch (error) {
    if (step.caught === false || step.do === 'throw') throw error;
    out.push(short(error));
  }
}
df.app.orchestration('Program', function* (context) {
  const { steps, log = [], page } = context.df.getInput();
  const out = [...log];
  for (let at = 0; at < steps.length; at++) {
    if (steps[at].do === 'new') { context.df.continueAsNew({ steps: steps.slice(at + 1), log: out, page }); return; }
    yield* perform(context, steps[at], out, page);
  }
  return out;
});
