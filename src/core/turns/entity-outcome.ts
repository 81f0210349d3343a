/** What the host judges of an entity's answer before it becomes a turn. */
import { asideProblem, charsIn, units, valueProblem } from '../values/value-limit';
import { childInstanceIdProblem } from '../values/instance-id';
import type { EntityAction, EntityBatchOutcome, EntityOperationResult } from '../ports/function-worker';

/**
 * Why the batch fails as a whole, as a sentence; null when it does not. As a whole: what one operation did to the state cannot be told from
 * what the others did. `limit`: characters of one value.
 */
export function entityOutcomeProblem({ state, results, actions }: EntityBatchOutcome, limit: number): string | null {
  // An answer without a single result would be asked for ever.
  if (results.length === 0) return 'The worker gave no result for the operation.';
  return (
    valueProblem('The state of the entity', state, limit) ??
    firstOf(results, (result) => resultProblem(result, limit)) ??
    firstOf(actions, (action) => actionProblem(action, limit))
  );
}

function resultProblem(result: EntityOperationResult, limit: number): string | null {
  if (result.ok) return valueProblem('The result of an operation', result.result, limit);
  // The caller is told all of it in one text.
  const count = charsIn([result.result, result.message, result.failureDetails]);
  if (count <= limit) return null;
  return `The failure of an operation has ${units(count)} characters, and there is room for ${units(limit)}. Throw an error with a shorter text.`;
}

function actionProblem(action: EntityAction, limit: number): string | null {
  const problem = valueProblem('What the entity sends', action.input, limit);
  if (problem !== null) return problem;
  if (action.type === 'SendSignal') return asideProblem('Id and operation of a signal', action.instanceId, action.operation);
  const { name, version, tags, instanceId } = action;
  if (instanceId !== undefined && instanceId !== '') {
    const misnamed = childInstanceIdProblem(instanceId);
    if (misnamed !== null) return misnamed;
  }
  return asideProblem('Name, version and tags of an orchestration that the entity starts', name, version, tags);
}

function firstOf<T>(items: readonly T[], problemOf: (item: T) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== null) return problem;
  }
  return null;
}
