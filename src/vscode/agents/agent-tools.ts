import * as vscode from 'vscode';
import { hubTools } from '../../tools/hub-tools';
import { runTool, type HubTool } from '../../tools/hub-tool';
import { answerText } from '../../tools/tool-answer';
import { DurascopeError } from '../../core/values/errors';
import type { Emulators } from '../emulators/emulators';
import type { DurableApp } from '../apps/find-apps';
import type { ReplayPart } from '../replay/replay-part';

export interface AgentToolsOptions {
  emulators: Emulators;
  currentApp: () => DurableApp | undefined;
  replayPart: () => Promise<ReplayPart>;
}

const tools = new Map(hubTools(true).map((tool) => [tool.name, tool]));

/** The tools that agents of the editor have: questions about the hub of the app that is in front, and actions that the user confirms. */
export class AgentTools {
  constructor(private readonly options: AgentToolsOptions) {}

  /** Before an action: the editor asks the user. */
  prepare(name: string, input: unknown): vscode.PreparedToolInvocation {
    const { title, acts } = toolOf(name);
    if (!acts) return { invocationMessage: title };
    const message = new vscode.MarkdownString().appendCodeblock(JSON.stringify(input, null, 2), 'json');
    return { invocationMessage: title, confirmationMessages: { title: `Durascope: ${title}?`, message } };
  }

  /** Rejects with words for the agent. */
  async invoke(name: string, input: unknown): Promise<vscode.LanguageModelToolResult> {
    const app = this.options.currentApp();
    const running = app === undefined ? undefined : this.options.emulators.of(app).running;
    if (app === undefined || running === undefined) {
      throw new DurascopeError(
        'Stopped',
        'The emulator of Durascope does not run. Ask the user to start it (Durascope: Start Emulator).',
      );
    }
    const tool = toolOf(name);
    // The editor does not offer it then, but other extensions can name it.
    if (tool.acts && !this.options.emulators.settingsOf(app).agentActions) {
      throw new DurascopeError(
        'NotSupported',
        'The user does not let agents act here: it is the setting durascope.agentActions that does.',
      );
    }
    const answer = await runTool(
      tool,
      {
        hub: running.hub,
        functions: () => running.functions(),
        openReplay: async (instanceId) => (await this.options.replayPart()).replays.open({ appDir: app.appDir, instanceId }),
      },
      input,
    );
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answerText(answer))]);
  }
}

function toolOf(name: string): HubTool {
  const tool = tools.get(name);
  if (tool === undefined) throw new DurascopeError('InvalidArgument', `Durascope has no tool '${name}'.`);
  return tool;
}
