import { forkChangeWords, forkOriginText, parseForkChange, type ForkRequest } from '../../core/instances/forks';
import { DurascopeError } from '../../core/values/errors';
import { atMost, type Command, required } from '../command';
import { connect, connectionOptions } from '../connection';
import { existingInstance } from '../existing-instance';
import { instanceText } from '../instance-view';
import { endOf, outcomeOf } from '../outcome';

const widest = Math.max(...Object.values(forkChangeWords).map(([form]) => form.length));

export const forkCommand: Command = {
  name: 'fork',
  takes: 'ID',
  summary: 'What if: run on from a row of an instance, with one thing changed, as another instance.',
  details: [
    'CHANGE is one of:',
    ...Object.values(forkChangeWords).map(([form, meaning]) => `  ${form.padEnd(widest)}  ${meaning}`),
    'Without --set only the code is another one, if it is. Row numbers are those of "durascope history ID". The instance itself stays as it is.',
  ].join('\n'),
  options: {
    ...connectionOptions,
    at: { value: 'ROW', help: 'Where; the number after the last row is the end.' },
    set: { value: 'CHANGE', help: 'What is changed there.' },
    id: { value: 'ID', help: 'The id of the new instance (default: that of the old one with -fork).' },
    dry: { help: 'Answer activities and sub-orchestrations from the recorded run where name and input are the same.' },
    'keep-times': { help: 'Keep the recorded times of the rows before (default: they are moved, so that the moment is now).' },
    wait: { help: 'Wait for its end; the exit code is then that of run.' },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const originId = required(args, 0, 'The instance id');
    const row = args.number('at', 1);
    if (row === undefined) {
      throw new DurascopeError('InvalidArgument', `--at is missing: the number of a row of "durascope history ${originId}".`);
    }
    const set = args.text('set');
    const id = args.text('id');
    const request: ForkRequest = {
      row,
      change: set === undefined ? null : parseForkChange(set),
      ...(id === undefined ? {} : { newInstanceId: id }),
      ...(args.has('dry') ? { dry: true } : {}),
      ...(args.has('keep-times') ? { keepTimes: true } : {}),
    };
    const hub = await connect(args);
    const { instanceId } = await hub.fork(originId, request);
    if (!args.has('wait')) {
      const { forkedFrom } = await existingInstance(hub, instanceId);
      const from = forkedFrom === undefined ? originId : forkOriginText(forkedFrom);
      terminal.print(args.has('json') ? JSON.stringify({ instanceId, forkedFrom }) : `Forked ${instanceId} from ${from}.`);
      return 0;
    }
    const ended = await endOf(hub, instanceId);
    terminal.print(args.has('json') ? JSON.stringify(outcomeOf(ended)) : instanceText(ended, terminal));
    return ended.runtimeStatus === 'Completed' ? 0 : 1;
  },
};
