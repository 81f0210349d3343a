import * as vscode from 'vscode';
import * as z from 'zod';
import { countText } from '../../base/count-text';
import { DurascopeError } from '../../core/values/errors';
import { saveScheduleTest } from '../../emulator/saved-tests/save-schedule-test';
import { firstInstanceId } from '../../replay/explore/simulated-run';
import type { WrittenTest } from '../../emulator/saved-tests/test-project';
import type { Explorations, Found } from '../testing/explorations';
import { commands } from '../models/ids';
import { targetName } from '../models/command-targets';
import { explorationLabel, type KeptExploration, reproductionOf, scheduleText, schedulesText } from '../models/kept-explorations';
import { askJson } from '../editor/quick-questions';
import type { ReplayPart } from '../replay/replay-part';
import { currentApp, type CommandContext, type Handlers } from './command-context';
import { savedAsTest } from './test-commands';

/** Given whole, by a keybinding or a test: nothing is asked. */
const givenExploration = z.object({
  name: z.string(),
  input: z.string().nullable(),
  events: z.array(z.object({ name: z.string(), data: z.string().nullable() })).default([]),
  others: z.array(z.object({ name: z.string(), id: z.string(), input: z.string().nullable() })).default([]),
  expect: z.array(z.string()).nullable().default(null),
  runs: z.int().min(1).default(2000),
  seed: z.int().min(0).default(1),
});

const stepThrough = 'Step through Replay';
const saveAsTest = 'Save as Test';
const allow = 'Allow Output';
const commandOf: Readonly<Record<string, string>> = {
  [stepThrough]: commands.stepThroughSchedule,
  [saveAsTest]: commands.saveScheduleAsTest,
  [allow]: commands.allowOutput,
};

/** Orchestrators under many schedules, and what is done with those that are found. */
export function exploreCommands(context: CommandContext, explorations: Explorations, load: () => Promise<ReplayPart>): Handlers {
  const explore = async (exploration: KeptExploration): Promise<KeptExploration | undefined> => {
    const found = await asking(exploration, (each) => withProgress(explorations, each));
    if (found === undefined) return undefined;
    await context.starts.rememberOrchestrator(exploration.name);
    if (exploration.input !== null) await context.starts.remember(exploration.name, exploration.input);
    const { schedules, isComplete } = found;
    const notes = found.notes.map((note) => ` ${note}`).join('');
    const count = schedulesText(schedules, isComplete);
    const { name, findings } = found.exploration;
    const [first] = findings;
    if (first === undefined) void vscode.window.showInformationMessage(`${name} holds under ${count}.${notes}`);
    else {
      const more = findings.length === 1 ? '' : `, and in ${countText(findings.length - 1, 'other way')}`;
      const actions = [stepThrough, saveAsTest, ...(first.output === null ? [] : [allow])];
      const text = `${name} goes wrong: ${first.problem}${more} (${count}; the Test view has them). ${reproductionOf(found.exploration, first.schedule)}${notes}`;
      void vscode.window.showWarningMessage(text, ...actions).then((chosen) => {
        const command = chosen === undefined ? undefined : commandOf[chosen];
        if (command !== undefined)
          void vscode.commands.executeCommand(command, { exploration: found.exploration, finding: first });
      });
    }
    return found.exploration;
  };
  /** An item of the Test view, what a notification passes, else one of all that are known. Undefined: the user changed their mind. */
  const chosen = async (given: unknown): Promise<Found | undefined> => {
    const { exploration, finding } = isFound(given) ? given : (explorations.chosen(given) ?? {});
    if (exploration !== undefined && finding != null) return { exploration, finding };
    const all = given === undefined ? explorations.findings : [];
    if (all.length > 1) {
      const items = all.map((found) => ({
        label: scheduleText(found.finding),
        description: found.finding.problem,
        detail: explorationLabel(found.exploration),
        found,
      }));
      return (await vscode.window.showQuickPick(items, { title: 'Which schedule?', matchOnDescription: true }))?.found;
    }
    if (all[0] !== undefined) return all[0];
    throw new DurascopeError(
      'InvalidArgument',
      'No exploration has found a schedule under which something goes wrong: "Explore Schedules…" looks for one.',
    );
  };
  return {
    /** Resolves with the exploration and what it found; undefined when the user changed their mind. */
    [commands.exploreSchedules]: async (args) => {
      const { appDir } = currentApp(context);
      const given = givenExploration.safeParse(args[0]).data ?? (await ask(context, targetName(args), load));
      return given === undefined ? undefined : explore({ appDir, findings: [], ...given });
    },
    [commands.stepThroughSchedule]: async ([given]) => {
      const found = await chosen(given);
      return found && explorations.open(found.exploration, found.finding);
    },
    [commands.saveScheduleAsTest]: async ([given]): Promise<WrittenTest | undefined> => {
      const found = await chosen(given);
      if (found === undefined) return undefined;
      const { exploration, finding } = found;
      const options = { appDir: exploration.appDir, explored: exploration, schedule: finding.schedule };
      return savedAsTest(context, (replace) => saveScheduleTest({ ...options, replace }));
    },
    /** What it has under that schedule is right too: explored again. */
    [commands.allowOutput]: async ([given]) => {
      const found = await chosen(given);
      if (found === undefined) return undefined;
      const { exploration, finding } = found;
      if (finding.output === null) {
        throw new DurascopeError('InvalidArgument', `Nothing is wrong with an output there: ${finding.problem}.`);
      }
      const expect = exploration.expect ?? (await explorations.outputInOrder(exploration));
      return explore({ ...exploration, expect: [...expect, finding.output] });
    },
    [commands.removeExploration]: async ([given]) => {
      const known = explorations.chosen(given);
      if (known !== undefined) await explorations.remove(known.exploration);
    },
  };
}

function isFound(given: unknown): given is Found {
  return typeof given === 'object' && given !== null && 'finding' in given;
}

async function ask(
  context: CommandContext,
  given: string | undefined,
  load: () => Promise<ReplayPart>,
): Promise<z.infer<typeof givenExploration> | undefined> {
  const pick = async (title: string): Promise<string | undefined> => {
    const names = await (await load()).replays.orchestrators(currentApp(context).appDir);
    return vscode.window.showQuickPick(context.starts.lastFirst([...names].sort()), { title });
  };
  const inputOf = (of: string): Promise<string | null | undefined> =>
    askJson({ title: `Explore ${of}: its input`, value: context.starts.inputs(of)[0] ?? '' });
  const name = given ?? (await pick('Explore the schedules of which orchestrator?'));
  if (name === undefined) return undefined;
  const input = await inputOf(name);
  if (input === undefined) return undefined;
  const asked: z.infer<typeof givenExploration> = { name, input, events: [], others: [], expect: null, runs: 2000, seed: 1 };
  const begin = { label: 'Explore' };
  const beside = { label: 'Run Another One Beside…' };
  const drawn = { label: 'Choose How Many…' };
  for (;;) {
    const { runs, seed, others } = asked;
    const items = [
      { ...begin, description: `at most ${countText(runs, 'schedule')}, seed ${seed}` },
      {
        ...beside,
        description: others.map((other) => `${other.name} (${other.id})`).join(', ') || 'at the same time, in every order',
      },
      { ...drawn, description: 'schedules, and which are drawn where there are more' },
    ];
    const chosen = await vscode.window.showQuickPick(items, { title: `Explore ${name}` });
    if (chosen === undefined) return undefined;
    if (chosen.label === begin.label) return asked;
    if (chosen.label === drawn.label) {
      asked.runs =
        (await askNumber(`Explore ${name}: schedules, at most`, 'All of them, where there are no more', runs, 1)) ?? runs;
      asked.seed = (await askNumber(`Explore ${name}: seed`, 'Which ones are drawn where there are more', seed, 0)) ?? seed;
      continue;
    }
    const other = await pick(`Which orchestrator runs beside ${name}?`);
    const id = other && (await askId(other, [firstInstanceId, ...others.map((each) => each.id)]));
    const given = id ? await inputOf(other) : undefined;
    if (other !== undefined && id && given !== undefined) asked.others.push({ name: other, id, input: given });
  }
}

function askId(name: string, taken: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: `The instance id of ${name}`,
    prompt: 'By which the others know it',
    value: `${firstInstanceId}-${taken.length + 1}`,
    validateInput: (typed) => {
      if (taken.includes(typed)) return 'Another one has this id.';
      return /^[^=\s]+$/.test(typed) ? undefined : 'An id without spaces and =.';
    },
  });
}

async function askNumber(title: string, prompt: string, value: number, least: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    ...{ title, prompt, value: String(value) },
    validateInput: (typed) => (/^\d{1,9}$/.test(typed.trim()) && Number(typed) >= least ? undefined : `A number from ${least}.`),
  });
  return text === undefined ? undefined : Number(text);
}

/** Asks for what an event brings as often as the orchestration waits for one that nobody has named. */
async function asking<T>(
  exploration: KeptExploration,
  explore: (exploration: KeptExploration) => Promise<T>,
): Promise<T | undefined> {
  for (let events = exploration.events; ;) {
    try {
      return await explore({ ...exploration, events });
    } catch (error) {
      const { event, orchestrator } = DurascopeError.is(error, 'InvalidArgument') ? error.details : {};
      if (typeof event !== 'string') throw error;
      const title = `${String(orchestrator)} waits for the event ${event}: what does it bring?`;
      const data = await askJson({ title, value: 'true' });
      if (data === undefined) return undefined;
      events = [...events, { name: event, data }];
    }
  }
}

async function withProgress(explorations: Explorations, exploration: KeptExploration) {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Exploring ${exploration.name}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return explorations.explore(exploration, controller.signal, (schedules) =>
      progress.report({ message: countText(schedules, 'schedule') }),
    );
  });
}
