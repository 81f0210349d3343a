import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../base/error-message';
import { causeTexts, type Divergence } from '../../core/history/divergence';
import { DurascopeError } from '../../core/values/errors';
import type { InstanceQuery } from '../../core/ports/history-store';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { appKind } from '../../emulator/app/app-kind';
import { createReplays, type Replays } from '../../emulator/replays/replays';
import { replayRequestOf } from '../../emulator/replays/replay-request';
import { atMost, type Command } from '../command';
import { anyHubOptions, reachHub } from '../hub-connection';
import type { Terminal } from '../terminal';
import { filterOptions, filterOf } from './instances';

export const checkCommand: Command = {
  name: 'check',
  takes: '',
  summary: 'Before a deployment: does the code on disk still replay what is running in a hub?',
  details:
    'Every instance that has not ended is replayed against the app in --app, one after the other: activities never run, and nothing is written.\n' +
    '--status, --name and --prefix choose others. An instance whose history does not fit the code any more would fail, or go another way, as\n' +
    'soon as its next message reaches the new version: let those end first, or deploy beside them.\n' +
    'Exit code 0: all of them replay. 1: some do not. 2: that could not be found out for all.',
  options: {
    ...anyHubOptions,
    ...filterOptions,
    app: { value: 'DIR', help: 'The function app with the new code. Default: the current directory.' },
    junit: { value: 'FILE', help: 'Write the result as JUnit XML, a test case an instance.' },
    node: { value: 'PATH', help: 'Node.js to load the app with.' },
    verbose: { help: 'Print what the app logs while it is loaded.' },
  },
  errorCode: 2,
  async run(args, terminal) {
    atMost(args, 0);
    const app = path.resolve(args.text('app') ?? '.');
    const node = args.text('node');
    // Refuses what is no app, also where nothing runs that would be replayed with it.
    await appKind(app);
    const hub = await reachHub(args);
    const replays = createReplays({
      appDir: app,
      log: args.has('verbose') ? (entry) => terminal.warn(entry.message) : () => undefined,
      ...(node === undefined ? {} : { nodePath: node }),
    });
    const junitFile = args.text('junit');
    const junit = junitFile === undefined ? undefined : await JUnitFile.create(junitFile);
    try {
      const query: InstanceQuery = {
        statuses: ['Running', 'Suspended', 'ContinuedAsNew'],
        ...filterOf(args),
        entities: 'exclude',
      };
      const summary = await checkAll(hub, replays, query, async (result) => {
        await junit?.add(result);
        if (!args.has('json')) print(result, terminal);
      });
      if (args.has('json')) terminal.print(JSON.stringify(summary));
      else terminal.print(lastLine(summary));
      return summary.broken.length > 0 ? 1 : summary.unknown.length > 0 ? 2 : 0;
    } finally {
      await junit?.close();
      await replays.dispose();
    }
  },
};

interface Checked {
  instanceId: string;
  name: string;
  /** Null: it replays. */
  divergence: Pick<Divergence, 'message' | 'cause' | 'rowIndex' | 'recorded' | 'actual' | 'place'> | null;
  /** Why nothing can be said of it; null: it was replayed. */
  unknown: string | null;
  ms: number;
}

interface Summary {
  checked: number;
  broken: { instanceId: string; name: string; cause: string; message: string; row: number | null }[];
  unknown: { instanceId: string; name: string; message: string }[];
}

/** Page by page, one history at a time: what is kept is a line for each that does not replay. */
async function checkAll(
  hub: TaskHubClient,
  replays: Replays,
  query: InstanceQuery,
  tell: (result: Checked) => Promise<void>,
): Promise<Summary> {
  const summary: Summary = { checked: 0, broken: [], unknown: [] };
  let continuationToken: string | undefined;
  do {
    const page = await hub.query({
      ...query,
      pageSize: 100,
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
    for (const { instanceId, name } of page.instances) {
      const result = await checkOne(hub, replays, instanceId, name);
      if (result === null) continue;
      summary.checked += 1;
      const { divergence, unknown } = result;
      if (divergence !== null) {
        const { cause, message, rowIndex } = divergence;
        summary.broken.push({ instanceId, name, cause, message, row: rowIndex === null ? null : rowIndex + 1 });
      }
      if (unknown !== null) summary.unknown.push({ instanceId, name, message: unknown });
      await tell(result);
    }
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return summary;
}

/** Null: it is gone, or has not begun. */
async function checkOne(hub: TaskHubClient, replays: Replays, instanceId: string, name: string): Promise<Checked | null> {
  const began = performance.now();
  const result = (divergence: Checked['divergence'], unknown: string | null = null): Checked => ({
    instanceId,
    name,
    divergence,
    unknown,
    ms: performance.now() - began,
  });
  try {
    const request = await replayRequestOf(hub, instanceId);
    if (request.history.length === 0) return null;
    const timeline = await replays.open(request);
    const { divergence } = timeline;
    await timeline.dispose();
    return result(divergence);
  } catch (error) {
    if (DurascopeError.is(error, 'InstanceNotFound')) return null;
    if (DurascopeError.is(error, 'UnknownFunction')) {
      const message = `The app no longer has the orchestrator '${name}' that runs this instance. ${causeTexts.renamedCall.explanation}`;
      const recorded = `orchestrator ${name}`;
      return result({ message, cause: 'renamedCall', rowIndex: null, recorded, actual: null, place: null });
    }
    if (DurascopeError.is(error, 'WorkerHung') || DurascopeError.is(error, 'InvalidArgument')) return result(null, error.message);
    throw error;
  }
}

function print({ instanceId, name, divergence, unknown }: Checked, terminal: Terminal): void {
  const { style } = terminal;
  const who = `${name} (${instanceId})`;
  if (unknown !== null) terminal.print(`${style.yellow('unknown')}  ${who}: ${unknown}`);
  if (divergence === null) return;
  const { rowIndex, recorded, actual, place, cause, message } = divergence;
  terminal.print(`${style.red('differs')}  ${who}`);
  terminal.print(`  row       ${rowIndex === null ? '-' : String(rowIndex + 1)}`);
  terminal.print(`  recorded  ${recorded ?? '-'}`);
  terminal.print(`  now       ${actual ?? '-'}`);
  if (place !== null) terminal.print(`  at        ${path.relative('', place.file)}:${place.line}:${place.column}`);
  terminal.print(`  cause     ${causeTexts[cause].title}`);
  terminal.print(`  ${message}`);
}

function lastLine({ checked, broken, unknown }: Summary): string {
  const of = `${checked} ${checked === 1 ? 'instance' : 'instances'}`;
  if (checked === 0) return 'Nothing is running that could be checked.';
  if (broken.length === 0 && unknown.length === 0) return `The code replays all of the ${of}.`;
  const open = unknown.length === 0 ? '' : ` ${unknown.length} could not be replayed.`;
  return `The code does not replay ${broken.length} of ${of}.${open}`;
}

/** Numbers of the head, which are known at the end only, have this room. */
const headLength = 160;

/** Written as the results come, however many there are. */
class JUnitFile {
  #tests = 0;
  #failures = 0;
  #errors = 0;
  #at = headLength + 1;

  private constructor(private readonly file: FileHandle) {}

  static async create(name: string): Promise<JUnitFile> {
    const file = await open(name, 'w').catch((error: unknown) => {
      throw new DurascopeError('InvalidArgument', `--junit names '${name}', which cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    });
    return new JUnitFile(file);
  }

  async add({ instanceId, name, divergence, unknown, ms }: Checked): Promise<void> {
    this.#tests += 1;
    const head = `  <testcase classname="${escaped(name)}" name="${escaped(instanceId)}" time="${(ms / 1000).toFixed(3)}"`;
    if (divergence !== null) {
      this.#failures += 1;
      const text = `row ${divergence.rowIndex === null ? '-' : divergence.rowIndex + 1}, recorded ${divergence.recorded ?? '-'}, now ${divergence.actual ?? '-'}`;
      await this.#write(
        `${head}>\n    <failure type="${divergence.cause}" message="${escaped(divergence.message)}">${escaped(text)}</failure>\n  </testcase>\n`,
      );
    } else if (unknown !== null) {
      this.#errors += 1;
      await this.#write(`${head}>\n    <error message="${escaped(unknown)}"/>\n  </testcase>\n`);
    } else await this.#write(`${head}/>\n`);
  }

  async close(): Promise<void> {
    await this.#write('</testsuite>\n');
    const head = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="durascope check" tests="${this.#tests}" failures="${this.#failures}" errors="${this.#errors}">`;
    await this.file.write(`${head.padEnd(headLength)}\n`, 0);
    await this.file.close();
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.file.write(bytes, 0, bytes.length, this.#at);
    this.#at += bytes.length;
  }
}

/** Characters that XML cannot have become their escapes in words. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll(
      /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
