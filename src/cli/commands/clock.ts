import { durationText } from '../../base/duration-text';
import type { HubClockState } from '../../core/ports/hub-clock';
import { clockWords, parseClockChange } from '../../core/values/clock-change';
import { atMost, type Command } from '../command';
import { connect, connectionOptions } from '../connection';

export const clockCommand: Command = {
  name: 'clock',
  takes: '[CHANGE]',
  summary: "Show or set the clock of the running emulator's hubs: timers, retries and timer triggers follow it.",
  details: [
    `CHANGE is one of: ${clockWords}.`,
    "On a way forward every timer in between comes due in its turn. The app's own Date keeps the computer's time.",
  ].join('\n'),
  options: connectionOptions,
  async run(args, terminal) {
    atMost(args, 1);
    const [given] = args.positionals;
    const change = given === undefined ? null : parseClockChange(given);
    const hub = await connect(args);
    const state = change === null ? await hub.clock() : await hub.setClock(change);
    terminal.print(args.has('json') ? JSON.stringify(state) : clockText(state));
    return 0;
  },
};

const modeTexts: Readonly<Record<HubClockState['mode'], string>> = {
  running: 'running',
  paused: 'paused',
  auto: 'auto: jumps to what is due when nothing else runs',
};

function clockText({ mode, now, aheadMs, next, goingTo, busy }: HubClockState): string {
  const distance =
    Math.abs(aheadMs) < 1000
      ? "the computer's time"
      : `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the computer's time`;
  const lines = [`${now}  ${modeTexts[mode]}; ${distance}`];
  if (goingTo !== null) lines.push(`On its way to ${goingTo}${busy === null ? '' : `: ${busy}`}`);
  else if (mode === 'auto' && busy !== null) lines.push(busy);
  if (next === null) lines.push('Nothing waits for its time.');
  else {
    const inText = durationText(Date.parse(next.dueAt) - Date.parse(now));
    lines.push(`Next: a ${next.kind} of ${next.instanceId}, in ${inText} at ${next.dueAt}`);
  }
  return lines.join('\n');
}
