#!/usr/bin/env bash
# Guess: a BPMN process books a flight and a hotel, cannot rent a car, and throws a compensation event. bpmn-engine then undoes the hotel and after
# it the flight; the car was never rented and is not undone; the customer is told when that has been done. So it is written in BPMN 2.0: completed
# activities, the last one first, and the throwing event waits for them.
# Is: the three handlers begin together in the order of the bookings, the one of the car that failed among them, and the customer is told before any
# of them is done. Only the end of the whole process waits for them.
source "$(dirname "$0")/support/bpmn-engine.sh"
play '{"ended":"end","log":["flight","hotel","undo flight","undo hotel","undo car","told","flight undone","hotel undone","car undone"]}' <<'JS'
const log = [];
const booked = (what) => [what, (scope, callback) => { log.push(what); callback(null, what); }];
const undone = (what) => [
  `undo_${what}`,
  (scope, callback) => {
    log.push(`undo ${what}`);
    setTimeout(() => { log.push(`${what} undone`); callback(); }, 500);
  },
];
const services = {
  ...Object.fromEntries([booked('flight'), booked('hotel'), undone('flight'), undone('hotel'), undone('car')]),
  car: (scope, callback) => callback(new Error('no car left')),
  tell: (scope, callback) => { log.push('told'); callback(); },
};
const undoing = (what) => `${service(what)}
  <boundaryEvent id="${what}-undone" attachedToRef="${what}"><compensateEventDefinition /></boundaryEvent>
  <serviceTask id="undo_${what}" isForCompensation="true" implementation="\${environment.services.undo_${what}}" />
  <association id="${what}-by" sourceRef="${what}-undone" targetRef="undo_${what}" associationDirection="One" />`;
const { over } = await begin(
  xml(`${flow('start', 'flight')}${undoing('flight')}${flow('flight', 'hotel')}${undoing('hotel')}${flow('hotel', 'car')}${undoing('car')}${flow('car', 'end')}
    <boundaryEvent id="failed" attachedToRef="car"><errorEventDefinition /></boundaryEvent>${flow('failed', 'undo')}
    <intermediateThrowEvent id="undo"><compensateEventDefinition /></intermediateThrowEvent>${flow('undo', 'tell')}${service('tell')}${flow('tell', 'end')}`),
  services,
);
return { ended: await over(), log };
JS
