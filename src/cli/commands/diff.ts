import { atMost, type Command, required } from '../command';
import { comparisonView } from '../../core/instances/compare-runs';
import { compareInstances } from '../../core/ports/compare-instances';
import { comparisonText } from '../comparison-text';
import { connect, connectionOptions } from '../connection';
import { existingInstance } from '../existing-instance';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { printJson } from '../print-json';

export const diffCommand: Command = {
  name: 'diff',
  takes: 'ID [ID]',
  summary:
    'Two instances side by side: calls and events aligned, the first difference marked, outputs and custom statuses compared.',
  details:
    'With one ID: a fork beside the instance that it comes from.\n' +
    'Marks: > the first difference, * others, ~ what differs in ids and times alone.\n' +
    'Exit code 0: the same but for ids and times. 1: they differ. 2: that could not be found out.',
  options: connectionOptions,
  errorCode: 2,
  async run(args, terminal) {
    atMost(args, 2);
    const first = required(args, 0, 'The instance id');
    const hub = await connect(args);
    const [leftId, rightId] =
      args.positionals[1] === undefined ? [await originOf(hub, first), first] : [first, args.positionals[1]];
    const comparison = await compareInstances(hub, leftId, rightId);
    if (args.has('json')) printJson(terminal, comparisonView(comparison));
    else terminal.print(comparisonText(comparison, leftId, rightId, terminal));
    return comparison.isSame ? 0 : 1;
  },
};

async function originOf(hub: TaskHubClient, instanceId: string): Promise<string> {
  const { forkedFrom } = await existingInstance(hub, instanceId);
  if (forkedFrom !== undefined) return forkedFrom.instanceId;
  throw new DurascopeError('InvalidArgument', `'${instanceId}' is no fork: name the instance that it is to stand beside, too.`);
}
