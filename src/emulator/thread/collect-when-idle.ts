import { IdleCollection } from '../../base/idle-collection';
import type { TaskHubClient } from '../../core/ports/task-hub-client';

/** The memory of a start, and of what instances took, is given back while none of them goes on. */
export function collectWhenIdle(hub: TaskHubClient): void {
  const idle = new IdleCollection();
  idle.touch();
  hub.subscribe(() => idle.touch());
}
