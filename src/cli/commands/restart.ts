import { atMost, type Command, required } from '../command';
import { actingOptions, reachHubToAct } from '../hub-connection';

export const restartCommand: Command = {
  name: 'restart',
  takes: 'ID',
  summary: 'Start the orchestrator of an instance again with the same input.',
  options: { ...actingOptions, 'same-id': { help: 'Under the same id, in place of the old instance (default: a new id).' } },
  async run(args, terminal) {
    atMost(args, 1);
    const instanceId = required(args, 0, 'The instance id');
    const hub = await reachHubToAct(args);
    const started = await hub.restart(instanceId, { newInstanceId: !args.has('same-id') });
    terminal.print(args.has('json') ? JSON.stringify({ instanceId: started.instanceId }) : `Started ${started.instanceId}.`);
    return 0;
  },
};
