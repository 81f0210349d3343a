/**
 * Results that the SDK gives to another call than the one they are of. SDK and engine number calls each by itself, in the order in which they
 * begin, and no longer alike once the code goes on from a group that a task's retries outlive, or groups anew what runs already.
 */
import type { HostReplay } from '../../../../core/dialects/host-replay';
import type { HistoryEvent } from '../../../../core/history/history';
import { actionTypes, textField, type DurableAction } from '../../../../core/values/durable-action';
import type { SdkExecutor, SdkTask } from './sdk-hooks';

export interface AstrayResult {
  event: HistoryEvent;
  /** For people: what it is of, as in `'B'` or `a timer`. */
  of: string;
  /** Who has it, in the same words; null: whichever call takes its number later, if any does. */
  to: string | null;
  /** The event has the number of the call for its name. */
  isEvent: boolean;
}

/** Ask it before the SDK and the host are given the event. Null: it goes where it belongs. */
export function astrayResult(event: HistoryEvent, executor: SdkExecutor, host: HostReplay): AstrayResult | null {
  if (event.EventType === 'EventRaised') {
    const task = /^\d+$/.test(event.Name) ? executor.openTasks[event.Name] : undefined;
    return task === undefined ? null : { event, of: `the event '${event.Name}'`, to: nameOf(task), isEvent: true };
  }
  const isTimer = event.EventType === 'TimerFired';
  const id = 'TaskScheduledId' in event ? event.TaskScheduledId : isTimer ? event.TimerId : null;
  const asked = id === null ? null : host.askedUnder(id);
  if (id === null || asked === null) return null;
  const task = executor.openTasks[id];
  if (task !== undefined && isOf(task, asked)) return null;
  return { event, of: whatOf(asked, isTimer), to: task === undefined ? null : nameOf(task), isEvent: false };
}

function isOf(task: SdkTask, asked: DurableAction): boolean {
  for (let each: SdkTask | undefined = task; each !== undefined; each = each.parent) if (each.action === asked) return true;
  return false;
}

/** `isPart`: a timer between two attempts, or polls. */
function whatOf(action: DurableAction, isPart = false): string {
  const name = action.actionType === actionTypes.CallHttp ? 'callHttp' : textField(action, 'functionName');
  if (name === undefined) return 'a timer';
  return isPart ? `a timer of '${name}'` : `'${name}'`;
}

function nameOf({ action, parent }: SdkTask): string {
  if (isAction(action)) return whatOf(action);
  return isAction(parent?.action) ? `a retry of ${whatOf(parent.action)}` : 'another';
}

function isAction(value: unknown): value is DurableAction {
  return typeof value === 'object' && value !== null && 'actionType' in value;
}

/** As the note of the row has it. */
export function astrayText({ of, to, isEvent }: AstrayResult): string {
  if (isEvent) return `taken for the result of ${to ?? 'a call'}`;
  return `${to === null ? 'kept for a later call' : `given to ${to}`} instead of ${of}`;
}

export function astrayWarning(orchestrator: string, result: AstrayResult): string {
  const { event, of } = result;
  if (event.EventType === 'EventRaised') {
    return (
      `The event '${event.Name}' came to the orchestrator function '${orchestrator}' while the call with the number ${event.Name} ran: ` +
      'durable-functions took its data for the result of that call, in Azure too. Give events names that are no numbers.'
    );
  }
  return (
    `${of.startsWith("'") ? `The result of ${of}` : `The end of ${of}`} has gone to another call of the orchestrator function '${orchestrator}', in Azure too: ` +
    `${astrayText(result)}. The code went on from a Task.all or Task.any while a task with retries in it was not over, or grouped running tasks anew, ` +
    'and from then on durable-functions and the engine number calls otherwise. Put a task with retries into a sub-orchestration, or wait for it before ' +
    'anything else is called.'
  );
}
