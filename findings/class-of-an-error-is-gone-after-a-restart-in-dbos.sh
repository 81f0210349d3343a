#!/usr/bin/env bash
# Guess: a step of a DBOS workflow throws an error of the program's own class, and the workflow catches it by `instanceof`. When the workflow is run again over
# its recorded steps (after a restart, or as a fork) the catch has what it had: a Date that a step returned is a Date then, too.
# Is: the first run is given the error itself, every later one an Error with its name, message and fields, of no class. The code takes the other way: a fork
# charges again where the customer was told of the refusal, and a run that had come one step further ends as one whose code is not deterministic. (Shown
# by forks, which read the recorded steps as a restart does.) A test that does not stop in between sees nothing of it; asking for `error.name` is the same in both.
source "$(dirname "$0")/support/dbos.sh"
play '{"first":["tell the customer","SUCCESS"],"fork":["charge later","SUCCESS"],"oneStepFurther":["Error","ERROR"],"log":[[true,"CardRefused",51,true],[false,"CardRefused",51,true],[false,"CardRefused",51,true]]}' "
class CardRefused extends Error {
  name = 'CardRefused';
  code = 51;
}
const order = workflow('order', async () => {
  const at = await step('date', async () => new Date(0));
  const refuse = async () => { throw new CardRefused('no money'); };
  const error = await step('charge', refuse).catch((error) => error);
  log.push([error instanceof CardRefused, error.name, error.code, at instanceof Date]);
  const way = error instanceof CardRefused ? 'tell the customer' : 'charge later';
  return step(way, async () => way);
});" <<'JS'
const fork = async (startStep, newWorkflowID) => {
  await DBOS.forkWorkflow('order', startStep, { newWorkflowID });
  return ended(newWorkflowID);
};
await begin(order, 'order');
return { first: await ended('order'), fork: await fork(2, 'fork'), oneStepFurther: await fork(3, 'further'), log };
JS
