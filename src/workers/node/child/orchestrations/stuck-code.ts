/** Where an orchestrator waits for what will not come, though the history has no sign of it: the package's own ways, told for the user's eyes. */
import type { SdkExecutor, SdkTask } from './sdk-hooks';

/** A sentence or two; null while the code waits for something that may come, or has ended. */
export function stuckText(executor: SdkExecutor): string | null {
  const { currentTask } = executor;
  if (executor.isDoneExecuting()) return null;
  if (currentTask.hasResult) return buffered(currentTask);
  if (currentTask.children === undefined || mayEnd(currentTask)) return null;
  const kind = /Any/.test(currentTask.constructor.name) ? 'Task.any' : 'Task.all';
  return `The code waits for a ${kind} that nothing can end any more: durable-functions counts neither a task that had ended before the group was made nor one that is in a later group as well, in Azure too.`;
}

/** In 2.x an event that came early gives its wait the value, and nothing lets the code go on. */
function buffered({ id }: SdkTask): string {
  const what = typeof id === 'string' ? `The event '${id}'` : 'What the code waits for';
  return `${what} came before the code waited for it. durable-functions 2.x has taken it, but goes on only when something else comes, in Azure too: any event, a result, a timer. Version 3 goes on at once.`;
}

/** A task that runs may end; a group by those of its tasks that know it. Asked after each episode: the last ones mostly end last. */
function mayEnd(task: SdkTask): boolean {
  if (task.children === undefined) return true;
  return task.children.findLast((child) => !child.hasResult && child.parent === task && mayEnd(child)) !== undefined;
}
