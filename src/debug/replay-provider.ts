import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ReplayTimeline } from '../replay/replay-timeline';

/** A launch configuration of the replay debugger. Fields beyond these are the provider's: which instance, of which app. */
export interface ReplayLaunchArguments extends DebugProtocol.LaunchRequestArguments {
  /** Stop at the first moment (default), or run to the first breakpoint. */
  stopOnEntry?: boolean;
  /** Begin where this history row (from 0, in the order of commit) has just been consumed. */
  row?: number;
}

/** Where the adapter's timelines come from. Rejections carry a message for the user. */
export interface ReplayProvider {
  open(launch: ReplayLaunchArguments): Promise<ReplayTimeline>;
  /**
   * The replay of another instance of the same hub: a child of one that is open, or its parent. Null when there is no history of it (any
   * more); with an `executionId`, also when its history is of another generation.
   */
  related(from: ReplayTimeline, instanceId: string, executionId: string | null): Promise<ReplayTimeline | null>;
  /** The text of a source file; undefined when there is none. */
  readSource(file: string): Promise<string | undefined>;
}
