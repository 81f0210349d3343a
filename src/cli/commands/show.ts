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
    const row = await existingInstance(await connect(args), id);
    terminal.print(args.has('json') ? JSON.stringify(instanceView(row)) : instanceText(row, terminal));
    return 0;
  },
};
