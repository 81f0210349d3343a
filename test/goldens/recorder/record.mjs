// Records scenarios on the real Durable Functions engine: Azurite, the WebJobs host of this folder and the app, each in its own process.
//   node test/goldens/recorder/record.mjs SCENARIOS.json [--name NAME ...] [--app FILE.cjs|FOLDER of programming model v3 or of a .NET isolated app|csharp] [--out FOLDER] [--hub NAME]
//        [--options FILE of host.json's durableTask section] [--once] [--jobs N] [--wait SECONDS] [--patience TIMES] [--check]
// SCENARIOS.json is a list in the form of test/goldens/scenarios.json; beside it lie `app/app.cjs` and `recordings/` unless said otherwise.
// Each scenario is played twice, each time on a hub of its own round; where the two differ, the recording says `"racy": true`.
// --check says which recordings differ from what was recorded now and writes none (--keep FOLDER: the differing ones there; without --check the
// second recording of the racy ones). Needs .NET SDK 10 and npm; the first run installs
// Azurite into this folder and builds the host.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { normalise } from './lib/normalise.mjs';
import { play } from './lib/play.mjs';
import { prepare, startAzurite, startHost, startPage } from './lib/processes.mjs';
import { rowsOf } from './lib/tables.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', multiple: true },
    app: { type: 'string' },
    out: { type: 'string' },
    hub: { type: 'string', default: 'GoldenHub' },
    options: { type: 'string' },
    once: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    keep: { type: 'string' },
    jobs: { type: 'string', default: '3' },
    // The most that a step `wait` takes: more on a machine that is busy.
    wait: { type: 'string', default: '20' },
    // How many times as long as written the client lets pass, for the same reason.
    patience: { type: 'string', default: '1' },
  },
});
if (positionals.length !== 1) {
  console.error('Name one file of scenarios: node test/goldens/recorder/record.mjs SCENARIOS.json [--name NAME ...]');
  process.exit(2);
}
const file = path.resolve(positionals[0]);
const app = flags.app === 'csharp' ? 'csharp' : path.resolve(flags.app ?? path.join(path.dirname(file), 'app', 'app.cjs'));
const out = path.resolve(flags.out ?? path.join(path.dirname(file), 'recordings'));
const all = JSON.parse(readFileSync(file, 'utf8'));
const scenarios = flags.name ? all.filter((s) => flags.name.includes(s.name)) : all;
for (const name of flags.name ?? []) {
  if (!all.some((s) => s.name === name)) {
    console.error(`${file} has no scenario ${name}.`);
    process.exit(2);
  }
}

/** Whether an instance's rows belong to a scenario: its own id, ids that begin with it and `-` (no other scenario's), its entities. */
function belongs(name) {
  const longer = all.map((s) => s.name).filter((other) => other !== name && other.startsWith(`${name}-`));
  return (id) => {
    const own = id.startsWith('@') ? id.slice(id.indexOf('@', 1) + 1) : id;
    return own === name || (own.startsWith(`${name}-`) && !longer.some((other) => own === other || own.startsWith(`${other}-`)));
  };
}

/** Plays every scenario on one fresh hub. Gives their recordings, in the order of the scenarios. */
async function round(number) {
  const azurite = await startAzurite(),
    page = await startPage();
  const options = flags.options ? JSON.parse(readFileSync(flags.options, 'utf8')) : undefined;
  let host;
  try {
    host = await startHost({ app, hub: flags.hub, connection: azurite.connection, options });
    const recordings = new Map(),
      queue = [...scenarios];
    const worker = async () => {
      for (let scenario = queue.shift(); scenario; scenario = queue.shift()) {
        const { calls, status } = await play(host.base, scenario, page.port, {
          waitMs: Number(flags.wait) * 1000,
          patience: Number(flags.patience),
        });
        const rows = await rowsOf(azurite.tables, flags.hub, scenario.name, belongs(scenario.name));
        const recording = {
          calls: normalise(calls, flags.hub),
          status: normalise(status, flags.hub),
          rows: normalise(rows, flags.hub),
        };
        recordings.set(scenario.name, recording);
        // Of a round that comes to no end what was recorded is there.
        if (flags.once && !flags.check) write(scenario, recording);
        console.log(
          `${number}: ${scenario.name}${calls.some((c) => c.reached === false) ? ' (a wait ended without its status)' : ''}`,
        );
      }
    };
    await Promise.all(Array.from({ length: Number(flags.jobs) }, worker));
    return recordings;
  } catch (error) {
    if (host) console.error(host.output().slice(-4000));
    throw error;
  } finally {
    await host?.stop();
    await page.stop();
    await azurite.stop();
  }
}

function textOf({ name, steps }, recording, racy = false) {
  return JSON.stringify({ name, steps, ...(racy ? { racy } : {}), ...recording }, null, 1) + '\n';
}

function write(scenario, recording) {
  writeFileSync(path.join(out, `${scenario.name}.json`), textOf(scenario, recording));
}

prepare();
mkdirSync(out, { recursive: true });
const [first, second] = flags.once ? [await round(1)] : [await round(1), await round(2)];
let different = 0;
for (const { name, steps } of scenarios) {
  const one = first.get(name),
    racy = second !== undefined && JSON.stringify(one) !== JSON.stringify(second.get(name));
  const text = textOf({ name, steps }, one, racy);
  const target = path.join(out, `${name}.json`);
  if (racy && flags.keep) writeFileSync(path.join(flags.keep, `${name}.second.json`), textOf({ name, steps }, second.get(name)));
  if (!flags.check) writeFileSync(target, text);
  else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    different++;
    console.log(`differs: ${name}${racy ? ' (racy)' : ''}`);
    if (flags.keep) writeFileSync(path.join(flags.keep, `${name}.json`), text);
  } else console.log(`equal: ${name}`);
}
if (flags.check) console.log(`${scenarios.length - different} of ${scenarios.length} equal`);
process.exitCode = different > 0 ? 1 : 0;
