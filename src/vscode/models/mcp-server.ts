/** The server of the Model Context Protocol that the extension gives to its editor: the command line's own (`durascope mcp`). */
export interface McpServerCommand {
  label: string;
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** `electron`: `execPath` is an editor that can play Node.js. */
export function mcpServerCommand(options: {
  execPath: string;
  script: string;
  actions: boolean;
  electron: boolean;
}): McpServerCommand {
  const { execPath, script, actions, electron } = options;
  return {
    label: 'Durascope',
    command: execPath,
    args: [script, 'mcp', ...(actions ? ['--allow-actions'] : [])],
    env: electron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
  };
}
