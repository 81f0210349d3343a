// What the apps of the recorded scenarios have in common. They are loaded by the recorder's stand-in for a worker and by the emulator alike.
const df = require('durable-functions');
const runs = new Map();
/** How often it was asked for the key: activities count their own runs, so that "fails twice, then works" needs no outside state. */
const count = (key) => (runs.set(key, (runs.get(key) ?? 0) + 1), runs.get(key));
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const later = (context, ms) => new Date(context.currentUtcDateTime.getTime() + ms);
const first = (e) => ({ name: e?.name, message: String(e?.message).split('\n')[0].slice(0, 160) });
const orchestration = (name, fn) =>
  df.app.orchestration(name, function* (context) {
    return yield* fn(context.df, context.df.getInput());
  });
const activity = (name, handler) => df.app.activity(name, { handler });

/** As slow as storage makes every activity of the real engine, where a player asks for that: what comes close together then meets it as there. */
const storageMs = Number(process.env.GOLDENS_STORAGE_MS ?? 0);
const echo = (x) => (storageMs === 0 ? x : sleep(storageMs).then(() => x));

module.exports = { df, count, sleep, later, first, orchestration, activity, echo };
