/** A moment in the protocol's words. */
import { Scope, StoppedEvent } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { rootCauseOf } from '../core/values/failure-text';
import { groupScopes } from '../replay/local-scopes';
import { durableContext, scheduledWork } from './moment-variables';
import type { MomentFrame } from './moment-frames';
import { stepAt, type Position } from './replay-cursor';
import type { Stop } from './replay-movement';
import type { VariableHandles } from './variable-handles';

const contextName = 'Durable context';

export function stoppedEvent({ timeline, step }: Position, stop: Stop, threadId: number): DebugProtocol.StoppedEvent {
  const event: DebugProtocol.StoppedEvent = new StoppedEvent(stop.reason, threadId);
  event.body.description = `Step ${step + 1} of ${timeline.steps.length}`;
  event.body.allThreadsStopped = true;
  if (stop.text !== null) event.body.text = stop.text;
  if (stop.breakpointIds.length > 0) event.body.hitBreakpointIds = stop.breakpointIds;
  return event;
}

/** What the editor shows at the line of a stop for an exception. */
export function exceptionInfo(position: Position, stop: Stop): DebugProtocol.ExceptionInfoResponse['body'] {
  const { failure, kind } = stepAt(position);
  const info: DebugProtocol.ExceptionInfoResponse['body'] = {
    exceptionId: kind === 'diverged' ? 'Not deterministic' : (failure?.ErrorType ?? 'Failure'),
    breakMode: 'always',
    description: stop.text ?? '',
  };
  if (failure === null) return info;
  const cause = rootCauseOf(failure.ErrorMessage);
  const typeName = cause.errorType ?? failure.ErrorType;
  const stackTrace = failure.StackTrace ?? cause.stack;
  info.details = { message: cause.message, typeName, ...(stackTrace === null ? {} : { stackTrace }) };
  if (kind === 'diverged') return info;
  // The root cause first: the box lies over the code, and the way up to it is long.
  info.exceptionId = typeName;
  const way = wayOf(stop.text ?? '', cause.message);
  info.description = way === '' ? cause.message : `${cause.message}\n${way}`;
  return info;
}

/** Where a failure passed through, `Order failed: Activity function 'Charge' failed`: what stands before its cause. */
function wayOf(text: string, message: string): string {
  const at = message === '' ? -1 : text.indexOf(message);
  return at < 0 ? '' : text.slice(0, at).replace(/[:\s]+$/, '');
}

/** The code's own scopes, then what `context.df` knows and what is scheduled. */
export async function momentScopes(frame: MomentFrame, variables: VariableHandles): Promise<DebugProtocol.Scope[]> {
  const { position, index, isLabel } = frame;
  if (isLabel) return [];
  const { timeline } = position;
  const moment = stepAt(position);
  const own = index === null ? [] : await timeline.scopes(moment.index, index);
  // The worker has a scope of that name too, without how the run ended.
  const code = groupScopes(own.filter(({ name }) => name !== contextName));
  const scopes = code.map(({ name, references, expensive }) => {
    const scope: DebugProtocol.Scope = new Scope(name, variables.ofReferences(timeline, references), expensive);
    if (name.startsWith('Local')) scope.presentationHint = 'locals';
    return scope;
  });
  scopes.push(
    new Scope(
      'Durable context',
      variables.ofNodes(() => durableContext(timeline, moment)),
    ),
  );
  if (moment.pending.length > 0) {
    scopes.push(
      new Scope(
        'Scheduled',
        variables.ofNodes(() => scheduledWork(timeline, moment)),
      ),
    );
  }
  return scopes;
}
