import { meanings } from '../../core/instances/meanings/meanings';
import { isEntityId } from '../../core/values/instance-id';
import { isTerminal } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import { productionStoreNames, storeNotes } from '../../core/instances/production-store';
import { existingInstance } from '../existing-instance';
import { atMost, type Command, required } from '../command';
import { anyHubOptions, reachHub } from '../hub-connection';
import { instanceText, instanceView } from '../instance-view';
import { nextTimer, nextTimerText } from '../next-timer';
import { printJson } from '../print-json';
import { longestAtOnce } from './history';

export const showCommand: Command = {
  name: 'show',
  takes: 'ID',
  summary: 'Show one instance: status, custom status, input, output.',
  options: anyHubOptions,
  async run(args, terminal) {
    atMost(args, 1);
    const id = required(args, 0, 'The instance id');
    const hub = await reachHub(args);
    const row = await existingInstance(hub, id);
    const { productionStore: store } = hub.capabilities;
    // Of a long one the end: that is where it is.
    const history = isEntityId(id) ? [] : await hub.history(id, Math.max(0, row.historyLength - longestAtOnce));
    const notes = store === undefined ? [] : storeNotes(store, row, history);
    const means = meanings(row, history);
    const timer = isTerminal(row.runtimeStatus) ? null : nextTimer(await hub.waitingFor(id));
    if (args.has('json')) {
      const facts = store === undefined ? {} : { productionStore: store, notes };
      printJson(terminal, {
        ...instanceView(row),
        ...(timer === null ? {} : { nextTimer: timer }),
        ...(means.length === 0 ? {} : { meanings: means }),
        ...facts,
      });
      return 0;
    }
    // A hub whose clock cannot be set, and one of a real engine, have the time of this computer.
    const clock = timer === null ? undefined : await hub.clock?.().catch(() => undefined);
    const nowMs = clock === undefined ? Date.now() : fromTimestamp(clock.now);
    terminal.print(instanceText(row, terminal, timer === null ? null : nextTimerText(timer, nowMs)));
    if (means.length > 0) terminal.print('\nWhat it means:');
    for (const { message, docs } of means) terminal.print(`- ${message} ${terminal.style.dim(docs)}`);
    if (store === undefined || notes.length === 0) return 0;
    terminal.print(`\nOn ${productionStoreNames[store]}:`);
    for (const note of notes) terminal.print(`- ${note.message}`);
    return 0;
  },
};
