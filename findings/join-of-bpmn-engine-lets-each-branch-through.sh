#!/usr/bin/env bash
# Guess: an inclusive gateway of BPMN starts two branches out of three, and the inclusive gateway where they meet waits for these two: the parcel is
# shipped once, when both are there. A parallel gateway behind an exclusive one waits for ever for the branch that was not taken, as every engine
# does, so that the mistake is seen.
# Is (bpmn-engine): the inclusive gateway lets each branch through as it comes: shipped when the first is packed, and again at the second. The
# parallel gateway counts a branch that was not taken as one that has come, so that it is the one which does what was meant; another engine hangs on
# that model.
source "$(dirname "$0")/support/bpmn-engine.sh"
play '{"inclusive":"end: small, large, small packed, ship, large packed, ship","parallel":"end: small, large, small packed, large packed, ship","behind an exclusive one":"end: small, small packed, ship"}' <<'JS'
async function joined(join, split, taken) {
  const log = [];
  const packed = (what, ms) => (scope, callback) => { log.push(what); setTimeout(() => { log.push(`${what} packed`); callback(); }, ms); };
  const services = { small: packed('small', 100), large: packed('large', 800), gift: packed('gift', 100), ship: (scope, callback) => { log.push('ship'); callback(); } };
  const branch = (what) => `${flow('split', what, taken.includes(what) && '${environment.variables.yes}')}${service(what)}${flow(what, 'join')}`;
  const source = xml(`${flow('start', 'split')}<${split} id="split" default="split-gift" />${branch('small')}${taken.includes('large') ? branch('large') : ''}${branch('gift')}
    <${join} id="join" />${flow('join', 'ship')}${service('ship')}${flow('ship', 'end')}`);
  const { over } = await begin(source, services, { yes: true });
  return `${await over()}: ${log.join(', ')}`;
}
return {
  inclusive: await joined('inclusiveGateway', 'inclusiveGateway', ['small', 'large']),
  parallel: await joined('parallelGateway', 'inclusiveGateway', ['small', 'large']),
  'behind an exclusive one': await joined('parallelGateway', 'exclusiveGateway', ['small']),
};
JS
