/** terminate, suspend, resume, rewind: one instance, perhaps a reason. */
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { rewindDoubt } from '../../core/instances/rewind-doubt';
import { DurascopeError } from '../../core/values/errors';
import type { Options, ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { actingOptions, reachHubToAct } from '../hub-connection';

function control(
  name: 'terminate' | 'suspend' | 'resume' | 'rewind',
  summary: string,
  done: string,
  act: (hub: TaskHubClient, instanceId: string, reason: string | null, args: ParsedArguments) => Promise<void>,
  more: Options = {},
): Command {
  return {
    name,
    takes: 'ID',
    summary,
    options: { ...actingOptions, reason: { value: 'TEXT', help: 'Why, for the history.' }, ...more },
    async run(args, terminal) {
      atMost(args, 1);
      const instanceId = required(args, 0, 'The instance id');
      await act(await reachHubToAct(args), instanceId, args.text('reason') ?? null, args);
      terminal.print(args.has('json') ? JSON.stringify({ instanceId }) : `${done} ${instanceId}.`);
      return 0;
    },
  };
}

export const terminateCommand = control(
  'terminate',
  'End an instance at once.',
  'Asked to terminate',
  (hub, id, reason, args) => hub.terminate(id, reason, { recursive: args.has('recursive') }),
  { recursive: { help: 'Its sub-orchestrations too, at every depth.' } },
);

export const suspendCommand = control('suspend', 'Hold an instance until it is resumed.', 'Asked to suspend', (hub, id, reason) =>
  hub.suspend(id, reason),
);

export const resumeCommand = control('resume', 'Let a suspended instance go on.', 'Asked to resume', (hub, id, reason) =>
  hub.resume(id, reason),
);

export const rewindCommand = control(
  'rewind',
  'Run what made an instance fail again; what succeeded stays.',
  'Asked to rewind',
  async (hub, id, reason, args) => {
    const row = await hub.get(id);
    const doubt = row?.runtimeStatus !== 'Failed' || args.has('anyway') ? null : rewindDoubt(await hub.history(id), row.profile);
    if (doubt !== null) {
      throw new DurascopeError(
        'InstanceWrongState',
        `${doubt} "durascope restart ${id}" does so; --anyway rewinds all the same.`,
      );
    }
    await hub.rewind(id, reason);
  },
  { anyway: { help: 'Also where the rewound run will most likely end as non-deterministic.' } },
);
