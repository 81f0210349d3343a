#!/usr/bin/env bash
# Guess: a process of bpmn-engine whose service fails, without a boundary event, is an error of the engine; what is kept with getState() then can be
# resumed when the service is back, and the failed service is called again (a service that was under way when the state was taken is). Or the resume
# throws and says that it has failed.
# Is: the resume calls nothing, neither the failed service nor what the other branch has left to do, and says nothing: no error, no end. What is
# resumed is idle and waits for nothing. Only a state from before the failure, kept while the service was under way, leads to the end: who keeps the
# state when the error comes has overwritten the only one that was of use.
source "$(dirname "$0")/support/bpmn-engine.sh"
play '{"first":"error: no answer: pay, pack","of the failed":"goes on, idle, waits for []: ","of before":"end: pay, wrap, ship"}' <<'JS'
let log = [];
let answers = false;
const services = {
  pay: (scope, callback) => { log.push('pay'); setTimeout(() => callback(answers ? null : new Error('no answer')), 500); },
  pack: (scope, callback) => { log.push('pack'); callback(); },
  wrap: (scope, callback) => { log.push('wrap'); callback(); },
  ship: (scope, callback) => { log.push('ship'); callback(); },
};
const source = xml(`${flow('start', 'split')}<parallelGateway id="split" />${flow('split', 'pay')}${service('pay')}${flow('pay', 'join')}
  ${flow('split', 'pack')}${service('pack')}${flow('pack', 'asked')}<intermediateCatchEvent id="asked">
    <timerEventDefinition id="soon">${expression('timeDuration', 'PT1S')}</timerEventDefinition></intermediateCatchEvent>
  ${flow('asked', 'wrap')}${service('wrap')}${flow('wrap', 'join')}<parallelGateway id="join" />${flow('join', 'ship')}${service('ship')}${flow('ship', 'end')}`);
const { engine, over } = await begin(source, services);
const before = JSON.stringify(await engine.getState());
const first = `${await over()}: ${log.join(', ')}`;
const failed = await engine.getState();
answers = true;
log = [];
const again = await resumed(failed, services);
const ofFailed = `${await again.over()}, ${again.execution.state}, waits for ${JSON.stringify(again.execution.getPostponed())}: ${log.join(', ')}`;
log = [];
const earlier = await resumed(JSON.parse(before), services);
return { first, 'of the failed': ofFailed, 'of before': `${await earlier.over()}: ${log.join(', ')}` };
JS
