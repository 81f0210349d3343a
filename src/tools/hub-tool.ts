/** What agents and scripts may ask of a task hub: each tool is one question or one action, with the schema of what it takes. */
import type * as z from 'zod';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import type { ReplayTimeline } from '../replay/replay-timeline';

export interface ToolContext {
  hub: TaskHubClient;
  functions(): Promise<readonly FunctionDescriptor[]> | readonly FunctionDescriptor[];
  /** Runs the instance's orchestrator over its history; nothing is committed. To be disposed of. */
  openReplay(instanceId: string): Promise<ReplayTimeline>;
}

export interface HubTool<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** `snake_case`. */
  name: string;
  title: string;
  /** For whoever chooses among the tools. */
  description: string;
  input: z.ZodObject<Shape>;
  /** It changes something: offered only where that is allowed. */
  acts: boolean;
  /** Rejects with a `DurascopeError` whose message says what to do. The answer is JSON. */
  run(context: ToolContext, input: z.infer<z.ZodObject<Shape>>): Promise<unknown>;
}

/** Keeps the types of a tool's own input together, and forgets them outside. */
export function hubTool<Shape extends z.ZodRawShape>(tool: HubTool<Shape>): HubTool {
  return tool;
}

/** Checked input, then the tool. Errors as `HubTool.run`; `ZodError` for input that is not of the tool's form. */
export function runTool(tool: HubTool, context: ToolContext, input: unknown): Promise<unknown> {
  return tool.run(context, tool.input.parse(input ?? {}));
}
