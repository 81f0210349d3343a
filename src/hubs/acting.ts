/**
 * What may be done to an attached hub, where somebody has allowed it: through a channel that is safe, which is the hub's own host or a server
 * of the Durable Task protocol, and never by writing into a storage (spec/attach.md 1.7).
 */
import type { TaskHubClient } from '../core/ports/task-hub-client';

/** All that a channel does; what it cannot do it refuses by `NotSupported`. */
export type HubActions = Pick<
  TaskHubClient,
  | 'start'
  | 'raiseEvent'
  | 'terminate'
  | 'suspend'
  | 'resume'
  | 'rewind'
  | 'restart'
  | 'purge'
  | 'purgeBy'
  | 'signalEntity'
  | 'cleanEntityStorage'
>;
