#!/usr/bin/env bash
# Guess: a BPMN signal is for all that wait for it (a message is for one): two branches of a process of bpmn-engine that wait for "stock is back"
# both go on, whether the process throws the signal itself or the program gives it with execution.signal(), which its reference describes as for
# everybody whom it concerns.
# Is: thrown inside it reaches both. From outside it goes to the first wait alone, as a message would, and the other branch waits on; how often the
# signal has to be given is how many wait for it.
source "$(dirname "$0")/support/bpmn-engine.sh"
play '{"thrown":"ship, refund; waits for []","given":"ship; waits for [refund-waits,ask]","given twice":"ship, refund; waits for [ask]"}' <<'JS'
const back = '<signalEventDefinition signalRef="back" />';
const branch = (what) =>
  `${flow('split', `${what}-waits`)}<intermediateCatchEvent id="${what}-waits">${back}</intermediateCatchEvent>${flow(`${what}-waits`, what)}${service(what)}${flow(what, 'end')}`;
const source = xml(
  `${flow('start', 'split')}<parallelGateway id="split" />${branch('ship')}${branch('refund')}
  ${flow('split', 'ask')}<userTask id="ask" />${flow('ask', 'throw')}<intermediateThrowEvent id="throw">${back}</intermediateThrowEvent>${flow('throw', 'end')}`,
  '<signal id="back" name="stock is back" />',
);
async function after(...ids) {
  const log = [];
  const noted = (what) => [what, (scope, callback) => { log.push(what); callback(); }];
  const { execution } = await begin(source, Object.fromEntries([noted('ship'), noted('refund')]));
  for (const id of ids) execution.signal({ id });
  await pass(500);
  return `${log.join(', ')}; waits for [${execution.getPostponed().map((element) => element.id)}]`;
}
return { thrown: await after('ask'), given: await after('back'), 'given twice': await after('back', 'back') };
JS
