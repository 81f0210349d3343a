/** The tools of a hub as a server of the Model Context Protocol, on standard input and output. A part of its own: few need it. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { messageOf } from '../base/error-message';
import type { HubTool, ToolContext } from '../tools/hub-tool';
import { runTool } from '../tools/hub-tool';
import { answerText } from '../tools/tool-answer';

export interface McpServerOptions {
  version: string;
  tools: readonly HubTool[];
  /** Asked for with each call: the emulator may have been started meanwhile, or anew. */
  context: () => Promise<{ context: ToolContext; dispose: () => void }>;
}

/** Resolves when the client has gone. */
export async function serveMcp({ version, tools, context }: McpServerOptions): Promise<void> {
  const server = new McpServer({ name: 'durascope', title: 'Durascope', version });
  for (const tool of tools) {
    const { name, title, description, input, acts } = tool;
    const annotations = { readOnlyHint: !acts, destructiveHint: acts, openWorldHint: false };
    server.registerTool(name, { title, description, inputSchema: input.shape, annotations }, async (given: unknown) => {
      try {
        const { context: asked, dispose } = await context();
        try {
          return { content: [{ type: 'text' as const, text: answerText(await runTool(tool, asked, given)) }] };
        } finally {
          dispose();
        }
      } catch (error) {
        // For whoever asked to read, as what a person would be told.
        return { isError: true, content: [{ type: 'text' as const, text: messageOf(error) }] };
      }
    });
  }
  const gone = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  await server.connect(new StdioServerTransport());
  await gone;
  await server.close();
}
