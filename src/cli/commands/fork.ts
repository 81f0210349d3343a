import { forkChangeWords, forkOriginText, parseForkChange, type ForkRequest } from '../../core/instances/forks';
import { DurascopeError } from '../../core/values/errors';
import { atMost, type Command, required } from '../command';
import { comparisonView } from '../../core/instances/compare-runs';
import { compareInstances } from '../../core/ports/compare-instances';
import { comparisonText } from '../comparison-text';
import { fileText } from '../file-text';
import { importFromFile } from '../imported-origin';
import { importOrigin } from '../../emulator/transfer/imported-origin';
import { replayRequestOf } from '../../emulator/replays/replay-request';
import { connect } from '../connection';
import { anyHubOptions, attachedHub, hubOptions } from '../hub-connection';
import { existingInstance } from '../existing-instance';
import { sayWhereBroken } from '../broken-app';
import { instanceText } from '../instance-view';
import { endOf, outcomeOf } from '../outcome';
import { printJson } from '../print-json';

const widest = Math.max(...Object.values(forkChangeWords).map(([form]) => form.length));

export const forkCommand: Command = {
  name: 'fork',
  takes: '[ID]',
  summary: 'What if: run on from a row of an instance, with one thing changed, as another instance.',
  details: [
    'CHANGE is one of:',
    ...Object.values(forkChangeWords).map(([form, meaning]) => `  ${form.padEnd(widest)}  ${meaning}`),
    'Without --set only the code is another one, if it is. Row numbers are those of "durascope history ID". The instance itself stays as it is.',
  ].join('\n'),
  options: {
    ...anyHubOptions,
    hub: {
      ...hubOptions['hub'],
      help: 'A hub of a real engine whose instance ID is: it is copied into the running emulator first.',
    },
    history: {
      value: 'FILE',
      help: 'A history from elsewhere, in the forms of "durascope replay": it is imported first. ID names one of several.',
    },
    at: { value: 'ROW', help: 'Where; the number after the last row is the end.' },
    set: { value: 'CHANGE', help: 'What is changed there.' },
    id: { value: 'ID', help: 'The id of the new instance (default: that of the old one with -fork).' },
    dry: { help: 'Answer activities and sub-orchestrations from the recorded run where name and input are the same.' },
    'keep-times': { help: 'Keep the recorded times of the rows before (default: they are moved, so that the moment is now).' },
    wait: { help: 'Wait for its end; the exit code is then that of run.' },
    compare: { help: 'The same, and print both runs side by side, as diff does.' },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const file = args.text('history');
    const given = file === undefined ? required(args, 0, 'The instance id') : args.positionals[0];
    const row = args.number('at', 1);
    if (row === undefined) {
      throw new DurascopeError(
        'InvalidArgument',
        `--at is missing: the number of a row of "durascope history ${given ?? 'ID'}".`,
      );
    }
    const looked = await attachedHub(args, { isBeside: true });
    if (file !== undefined && looked !== undefined) {
      throw new DurascopeError(
        'InvalidArgument',
        'Either --history or --hub: the run is in a file, or in a hub of a real engine.',
      );
    }
    const text = file === undefined ? null : await fileText(file);
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
    let originId = given ?? '';
    if (looked !== undefined) originId = await importOrigin(hub, await replayRequestOf(looked, originId));
    if (text !== null) originId = await importFromFile(hub, text, given);
    const { instanceId } = await hub.fork(originId, request);
    if (!args.has('wait') && !args.has('compare')) {
      const { forkedFrom } = await existingInstance(hub, instanceId);
      const from = forkedFrom === undefined ? originId : forkOriginText(forkedFrom);
      terminal.print(args.has('json') ? JSON.stringify({ instanceId, forkedFrom }) : `Forked ${instanceId} from ${from}.`);
      return 0;
    }
    await sayWhereBroken(hub, terminal);
    const ended = await endOf(hub, instanceId);
    if (args.has('compare')) {
      const comparison = await compareInstances(hub, originId, instanceId);
      if (args.has('json')) printJson(terminal, { ...outcomeOf(ended), comparison: comparisonView(comparison) });
      else terminal.print(comparisonText(comparison, originId, instanceId, terminal));
    } else terminal.print(args.has('json') ? JSON.stringify(outcomeOf(ended)) : instanceText(ended, terminal));
    return ended.runtimeStatus === 'Completed' ? 0 : 1;
  },
};
