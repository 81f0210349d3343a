import { productionStoreNames, storeNotes } from '../../core/instances/production-store';
import { existingInstance } from '../existing-instance';
import { atMost, type Command, required } from '../command';
import { connect, connectionOptions } from '../connection';
import { instanceText, instanceView } from '../instance-view';

export const showCommand: Command = {
  name: 'show',
  takes: 'ID',
  summary: 'Show one instance: status, custom status, input, output.',
  options: connectionOptions,
  async run(args, terminal) {
    atMost(args, 1);
    const id = required(args, 0, 'The instance id');
    const hub = await connect(args);
    const row = await existingInstance(hub, id);
    const { productionStore: store } = hub.capabilities;
    const notes = store === undefined ? [] : storeNotes(store, row, await hub.history(id));
    if (args.has('json')) {
      terminal.print(JSON.stringify({ ...instanceView(row), ...(store === undefined ? {} : { productionStore: store, notes }) }));
      return 0;
    }
    terminal.print(instanceText(row, terminal));
    if (store === undefined || notes.length === 0) return 0;
    terminal.print(`\nOn ${productionStoreNames[store]}:`);
    for (const note of notes) terminal.print(`- ${note.message}`);
    return 0;
  },
};
