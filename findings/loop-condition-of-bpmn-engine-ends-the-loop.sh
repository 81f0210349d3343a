#!/usr/bin/env bash
# Guess: a task of BPMN 2.0 with standardLoopCharacteristics is done again while its loopCondition is true, and three times at most with
# loopMaximum="3": a poll whose condition is "there is more" goes on while there is more, and is done once where there is no more.
# Is (bpmn-engine, where standard loops are new): the condition ends the loop, as the completionCondition of a multi instance task does. While there
# is more the poll is done once, and where there is no more it is done again to the maximum. The same model does the opposite in other engines.
source "$(dirname "$0")/support/bpmn-engine.sh"
play '{"no condition":"end, 3 calls","is more":"end, 1 calls","is no more":"end, 3 calls","two more":"end, 1 calls"}' <<'JS'
async function polled(condition, variables) {
  let calls = 0;
  const loop = `<standardLoopCharacteristics loopMaximum="3" testBefore="false">${condition ? expression('loopCondition', condition) : ''}</standardLoopCharacteristics>`;
  const poll = (scope, callback) => {
    calls++;
    scope.environment.variables.left--;
    callback();
  };
  const { over } = await begin(xml(`${flow('start', 'poll')}${service('poll', loop)}${flow('poll', 'end')}`), { poll }, variables);
  return `${await over()}, ${calls} calls`;
}
return {
  'no condition': await polled(),
  'is more': await polled('${environment.variables.more}', { more: true }),
  'is no more': await polled('${environment.variables.more}', { more: false }),
  'two more': await polled('${environment.variables.left}', { left: 2 }),
};
JS
