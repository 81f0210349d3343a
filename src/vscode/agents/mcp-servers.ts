import path from 'node:path';
import * as vscode from 'vscode';
import { mcpProvider, settings } from '../models/ids';
import { mcpServerCommand, type McpServerCommand } from '../models/mcp-server';

/** What of it is used; the types of the oldest editor that is supported do not have it. */
interface McpEditor {
  McpStdioServerDefinition: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
    version: string,
  ) => { cwd?: vscode.Uri };
  lm: {
    registerMcpServerDefinitionProvider?: (
      id: string,
      provider: { onDidChangeMcpServerDefinitions: vscode.Event<void>; provideMcpServerDefinitions: () => unknown[] },
    ) => vscode.Disposable;
  };
}

/**
 * Where the setting says so the tools for agents come by a server of the Model Context Protocol, and not by the extension itself (the `when`
 * of its tools): an agent that takes both would have each twice. Editors before 1.101 know of no such servers.
 */
export function offerMcpServer({ extensionPath, extension, subscriptions }: vscode.ExtensionContext): void {
  const { lm, McpStdioServerDefinition } = vscode as unknown as McpEditor;
  if (lm.registerMcpServerDefinitionProvider === undefined) return;
  const changed = new vscode.EventEmitter<void>();
  const provideMcpServerDefinitions = (): unknown[] => {
    const read = vscode.workspace.getConfiguration('durascope');
    if (read.get(settings.mcpServer) !== true) return [];
    const { label, command, args, env }: McpServerCommand = mcpServerCommand({
      execPath: process.execPath,
      script: path.join(extensionPath, 'dist', 'cli.js'),
      actions: read.get(settings.agentActions) === true,
      electron: process.versions['electron'] !== undefined,
    });
    const { version } = extension.packageJSON as { version: string };
    const server = new McpStdioServerDefinition(label, command, args, env, version);
    // Where the app is whose emulator is meant.
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    return [folder?.scheme === 'file' ? Object.assign(server, { cwd: folder }) : server];
  };
  subscriptions.push(
    changed,
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('durascope')) changed.fire();
    }),
    lm.registerMcpServerDefinitionProvider(mcpProvider, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions,
    }),
  );
}
