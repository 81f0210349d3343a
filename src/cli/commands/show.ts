import { meanings } from '../../core/instances/meanings';
import { isEntityId } from '../../core/values/instance-id';
import { productionStoreNames, storeNotes } from '../../core/instances/production-store';
import { existingInstance } from '../existing-instance';
import { atMost, type Command, required } from '../command';
import { anyHubOptions, reachHub } from '../hub-connection';
import { instanceText, instanceView } from '../instance-view';
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
    if (args.has('json')) {
      const facts = store === undefined ? {} : { productionStore: store, notes };
      printJson(terminal, { ...instanceView(row), ...(means.length === 0 ? {} : { meanings: means }), ...facts });
      return 0;
    }
    terminal.print(instanceText(row, terminal));
    if (means.length > 0) terminal.print('\nWhat it means:');
    for (const { message, docs } of means) terminal.print(`- ${message} ${terminal.style.dim(docs)}`);
    if (store === undefined || notes.length === 0) return 0;
    terminal.print(`\nOn ${productionStoreNames[store]}:`);
    for (const note of notes) terminal.print(`- ${note.message}`);
    return 0;
  },
};
