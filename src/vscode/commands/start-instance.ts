import * as vscode from 'vscode';
import { cutText, findJsonMistake, prettyJson } from '../../base/json-text';
import { DurascopeError } from '../../core/values/errors';
import type { StartOptions } from '../../core/ports/task-hub-client';
import { toTimestamp } from '../../core/values/time';
import { commands, contextKeys } from '../models/ids';
import { tick } from '../editor/tick';
import { targetName } from '../models/command-targets';
import { jsonOrNull, jsonProblemText } from '../models/json-input';
import { parseStartTime } from '../models/start-time';
import type { DurableApp } from '../apps/find-apps';
import { offerMending } from '../emulators/mending';
import { askJson, pickOrType } from '../editor/quick-questions';
import { chosenIds, currentApp, hubOrOffer, type CommandContext, type Handlers } from './command-context';

interface Draft {
  name: string;
  /** JSON text to begin with, offered first; null: none. Absent: what was used before. */
  input?: string | null;
  instanceId?: string;
  scheduledStartTime?: string;
  version?: string;
}

type InputChoice = vscode.QuickPickItem & { input?: string | null; does?: 'type' | 'edit' | 'options' };

/** Starting instances: which orchestrator, with what, and when. */
export function startCommands(context: CommandContext): Handlers {
  const drafts = new InputDrafts(context);
  return {
    [commands.startInstance]: async ([given]) => {
      const app = currentApp(context);
      const running = await context.emulators.start(app);
      if (running === undefined) return undefined;
      if (isStart(given)) return start(context, given, false);
      const ofApp = running.functions().filter((each) => each.type === 'orchestrator');
      const ofPrograms = running.connectedWorkers().flatMap((each) => each.orchestrators);
      const names = [...new Set([...ofApp.map((each) => each.name), ...ofPrograms])];
      const { loadError } = context.emulators.of(app);
      if (names.length === 0 && loadError !== undefined) return offerMending(app, loadError);
      const wanted = targetName([given]) ?? (await pickOrchestrator(context, names, app));
      if (wanted === undefined) return undefined;
      const name = names.find((each) => each.toLowerCase() === wanted.toLowerCase()) ?? wanted;
      return askInput(context, drafts, { name });
    },
    [commands.startAgain]: async (args) => {
      const hub = await hubOrOffer(context);
      const id = hub === undefined ? undefined : (await chosenIds(context, args, hub, 'Start which instance again?'))[0];
      const row = id === undefined ? undefined : await hub?.get(id);
      return row === undefined ? undefined : askInput(context, drafts, { name: row.name, input: row.input });
    },
    [commands.startFromEditor]: () => drafts.startActive(),
  };
}

/** Given whole, by a keybinding or a test: nothing is asked. */
function isStart(given: unknown): given is StartOptions {
  return typeof given === 'object' && given !== null && 'name' in given && ('input' in given || 'instanceId' in given);
}

async function pickOrchestrator(
  context: CommandContext,
  names: readonly string[],
  { kind }: DurableApp,
): Promise<string | undefined> {
  if (names.length === 0 && kind === 'functionApp') {
    throw new DurascopeError('UnknownFunction', 'The app has no orchestrators: the log says more.');
  }
  if (kind === 'programs') {
    // Not every program says what it runs, and one may connect later.
    const known = context.starts.lastFirst([...names].sort()).map((label) => ({ label }));
    return pickOrType(
      'Start an instance of which orchestrator?',
      'Its name; it runs once a program that has it is connected',
      known,
    );
  }
  const items = context.starts
    .lastFirst([...names].sort())
    .map((name) => ({ label: name, iconPath: new vscode.ThemeIcon('symbol-method') }));
  return (await vscode.window.showQuickPick(items, { title: 'Start an instance of which orchestrator?' }))?.label;
}

async function askInput(context: CommandContext, drafts: InputDrafts, draft: Draft): Promise<string | undefined> {
  const first = draft.input ?? null;
  const items: InputChoice[] = [
    ...(first === null
      ? []
      : [{ label: cutText(first.replaceAll(/\s+/g, ' '), 80), description: 'of that instance', input: first }]),
    ...context.starts
      .inputs(draft.name)
      .filter((input) => input !== first)
      .map((input) => ({ label: cutText(input.replaceAll(/\s+/g, ' '), 80), description: 'used before', input })),
    { label: '$(circle-slash) No input', input: null },
    { label: '$(edit) Type an input…', does: 'type' },
    { label: '$(json) Edit the input as a document…', does: 'edit' },
    { label: '$(settings) Set instance id, start time and version…', does: 'options', description: describe(draft) },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: `Start ${draft.name}`, placeHolder: 'With which input?' });
  if (chosen === undefined) return undefined;
  switch (chosen.does) {
    case 'type': {
      const value = first ?? context.starts.inputs(draft.name)[0] ?? '';
      const input = await askJson({ title: `Input of ${draft.name}`, value });
      return input === undefined ? undefined : start(context, { ...draft, input });
    }
    case 'edit':
      await drafts.open(draft);
      return undefined;
    case 'options': {
      const more = await askOptions(draft, () => context.emulators.of(currentApp(context)).now());
      return more === undefined ? undefined : askInput(context, drafts, more);
    }
    case undefined:
      return start(context, { ...draft, input: chosen.input ?? null });
  }
}

/** `nowMs`: of the hub's clock. */
async function askOptions(draft: Draft, nowMs: () => number): Promise<Draft | undefined> {
  const instanceId = await vscode.window.showInputBox({
    title: 'Instance id',
    prompt: 'Empty: made up',
    value: draft.instanceId ?? '',
  });
  if (instanceId === undefined) return undefined;
  const when = await vscode.window.showInputBox({
    title: 'Start time',
    prompt: 'Empty: at once. Or a time to wait (30s, 10m, 2h), or a moment (2030-01-31T08:00)',
    validateInput: (text) => {
      const parsed = parseStartTime(text, nowMs());
      return 'problem' in parsed ? parsed.problem : undefined;
    },
  });
  if (when === undefined) return undefined;
  const version = await vscode.window.showInputBox({
    title: `Version of ${draft.name}`,
    prompt: 'Empty for the default version of host.json',
    value: draft.version ?? '',
  });
  if (version === undefined) return undefined;
  const parsed = parseStartTime(when, nowMs());
  const atMs = 'atMs' in parsed ? parsed.atMs : null;
  return {
    name: draft.name,
    ...(draft.input === undefined ? {} : { input: draft.input }),
    ...(instanceId === '' ? {} : { instanceId }),
    ...(atMs === null ? {} : { scheduledStartTime: toTimestamp(atMs) }),
    ...(version === '' ? {} : { version }),
  };
}

/** `shown`: its panel opens beside the editor. */
async function start(context: CommandContext, options: StartOptions, shown = true): Promise<string> {
  const hub = context.emulators.of(currentApp(context)).hub;
  const { instanceId } = await hub.start(options);
  await context.starts.rememberOrchestrator(options.name);
  if (options.input != null) await context.starts.remember(options.name, options.input);
  context.statusBar.say(`Started ${options.name} as ${instanceId}`);
  tick(contextKeys.hasStarted);
  if (shown) context.panels.openInstance(currentApp(context), instanceId, { beside: true });
  return instanceId;
}

function describe({ instanceId, scheduledStartTime, version }: Draft): string {
  return [instanceId, scheduledStartTime, version === undefined ? undefined : `version ${version}`]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** Untitled JSON documents that inputs are written in, each with a lens that starts. */
class InputDrafts implements vscode.CodeLensProvider {
  readonly #drafts = new Map<string, Draft>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(private readonly context: CommandContext) {
    vscode.languages.registerCodeLensProvider({ scheme: 'untitled', language: 'json' }, this);
    vscode.workspace.onDidCloseTextDocument((document) => void this.#drafts.delete(document.uri.toString()));
  }

  async open(draft: Draft): Promise<vscode.TextEditor> {
    const last = draft.input ?? this.context.starts.inputs(draft.name)[0];
    const content = last === undefined ? 'null\n' : `${prettyJson(last)}\n`;
    const document = await vscode.workspace.openTextDocument({ language: 'json', content });
    this.#drafts.set(document.uri.toString(), draft);
    const editor = await vscode.window.showTextDocument(document);
    this.#changed.fire();
    return editor;
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const draft = this.#drafts.get(document.uri.toString());
    if (draft === undefined) return [];
    const title = `$(play) Start ${draft.name} with this input`;
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command: commands.startFromEditor })];
  }

  /** Starts with what the active editor holds; a mistake in it is shown where it is. */
  async startActive(): Promise<string | undefined> {
    const editor = vscode.window.activeTextEditor;
    const draft = editor === undefined ? undefined : this.#drafts.get(editor.document.uri.toString());
    if (editor === undefined || draft === undefined) return undefined;
    const text = editor.document.getText();
    const problem = findJsonMistake(text);
    if (problem !== undefined) {
      const at = new vscode.Position(problem.line1 - 1, problem.column1 - 1);
      editor.selection = new vscode.Selection(at, at.translate(0, problem.length));
      editor.revealRange(editor.selection);
      throw new DurascopeError('InvalidArgument', `The input is not JSON: ${jsonProblemText(text) ?? problem.message}`);
    }
    const input = jsonOrNull(text);
    return start(this.context, { ...draft, input: input === null ? null : JSON.stringify(JSON.parse(input)) });
  }
}
