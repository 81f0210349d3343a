/** What may be done through a Functions host: its management API, and never with a `taskHub=` (spec/attach.md 2). */
import { randomUUID } from 'node:crypto';
import { parseEntityId } from '../../core/values/entity-id';
import { DurascopeError, type DurascopeErrorCode } from '../../core/values/errors';
import { isTerminal, type OrchestrationStatus } from '../../core/values/status';
import type { HubActions } from '../acting';
import type { HostAnswer, HostRequest } from './functions-host-client';
import { instanceSegment, segmentOf } from './path-segment';

type Ask = (request: HostRequest) => Promise<HostAnswer>;

const terminal: readonly OrchestrationStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];
/** The API purges nothing without a beginning. */
const everSince = '1970-01-01T00:00:00.0000000Z';

export function functionsHostActions(ask: Ask): HubActions {
  const post = async (instanceId: string, path: string, more: Omit<HostRequest, 'method' | 'path'> = {}): Promise<HostAnswer> => {
    const answer = await ask({ method: 'POST', path: `/instances/${instanceSegment(instanceId)}${path}`, ...more });
    check(answer, instanceId);
    return answer;
  };
  const control =
    (operation: string) =>
    async (instanceId: string, reason: string | null): Promise<void> => {
      await post(instanceId, `/${operation}`, reason === null ? {} : { parameters: { reason } });
    };
  return {
    start: async ({ name, instanceId, input, ...more }) => {
      const unable = (['version', 'scheduledStartTime', 'tags'] as const).filter((option) => more[option] !== undefined);
      if (unable.length > 0) {
        throw new DurascopeError(
          'NotSupported',
          `The management API starts instances without ${unable.join(', ')}: leave it out.`,
        );
      }
      const id = instanceId ?? randomUUID().replaceAll('-', '');
      const answer = await ask({
        method: 'POST',
        path: `/orchestrators/${segmentOf(name)}/${instanceSegment(id)}`,
        body: input ?? undefined,
      });
      check(answer, id);
      return { instanceId: idIn(answer) ?? id, executionId: '' };
    },
    raiseEvent: async (instanceId, name, data) => {
      await post(instanceId, `/raiseEvent/${segmentOf(name)}`, { body: data ?? 'null' });
    },
    terminate: async (instanceId, reason, { recursive = false } = {}) => {
      if (recursive) throw new DurascopeError('NotSupported', 'The management API terminates one instance at a time.');
      await control('terminate')(instanceId, reason);
    },
    suspend: control('suspend'),
    resume: control('resume'),
    rewind: control('rewind'),
    restart: async (instanceId, { newInstanceId = true } = {}) => {
      const parameters = { restartWithNewInstanceId: String(newInstanceId) };
      const answer = await post(instanceId, '/restart', { parameters });
      return { instanceId: idIn(answer) ?? instanceId, executionId: '' };
    },
    purge: async (instanceId) => {
      const answer = await ask({ method: 'DELETE', path: `/instances/${instanceSegment(instanceId)}` });
      if (answer.status === 404) return 0;
      if (answer.status === 412) {
        throw new DurascopeError('InstanceNotTerminal', `'${instanceId}' has not ended: terminate it, and purge it then.`);
      }
      check(answer, instanceId);
      return deletedIn(answer);
    },
    purgeBy: async ({ createdTimeFrom = everSince, createdTimeTo, statuses = terminal, unfinished }) => {
      // Without a status that is final, the API takes everything in the range, what runs included.
      const final = statuses.filter(isTerminal);
      if (unfinished === true || final.length === 0) {
        throw new DurascopeError('NotSupported', 'Only instances that have ended are purged from a real hub.');
      }
      const parameters = {
        createdTimeFrom,
        runtimeStatus: final.join(','),
        ...(createdTimeTo === undefined ? {} : { createdTimeTo }),
      };
      const answer = await ask({ method: 'DELETE', path: '/instances', parameters });
      if (answer.status === 404) return 0;
      check(answer, '');
      return deletedIn(answer);
    },
    signalEntity: async (instanceId, operation, { input, scheduledTime } = {}) => {
      const id = parseEntityId(instanceId);
      if (id === null) throw new DurascopeError('InvalidInstanceId', `'${instanceId}' is no id of an entity (@name@key).`);
      if (scheduledTime !== undefined) throw new DurascopeError('NotSupported', 'The management API signals at once only.');
      const path = `/entities/${segmentOf(id.name)}/${id.key === '' ? '$' : instanceSegment(id.key)}`;
      check(await ask({ method: 'POST', path, parameters: { op: operation }, body: input ?? undefined }), instanceId);
    },
    cleanEntityStorage: () =>
      Promise.reject(
        new DurascopeError('NotSupported', 'The management API does not clean up entities: the app does, by its client.'),
      ),
  };
}

/** 200 and 202 are well. */
function check({ status, value, text }: HostAnswer, instanceId: string): void {
  if (status >= 200 && status < 300) return;
  const told = saidIn(value) ?? (text.length > 0 && text.length < 500 ? text : null);
  const said = told === null ? '' : ` The host says: ${told}`;
  const refused = (code: DurascopeErrorCode, message: string): DurascopeError =>
    new DurascopeError(code, `${message}${said}`, { details: { status } });
  switch (status) {
    case 404:
      throw refused('InstanceNotFound', `There is no instance '${instanceId}', or no such function.`);
    case 409:
      throw refused('InstanceExists', `There is an instance '${instanceId}' that has not ended.`);
    case 410:
      throw refused('InstanceTerminal', `'${instanceId}' has ended: nothing was done.`);
    case 412:
      throw refused('InstanceWrongState', `'${instanceId}' is in a state that does not allow this.`);
    case 400:
      throw refused('InvalidArgument', 'The host does not take this.');
    case 501:
      throw refused('NotSupported', "The hub's store cannot do this.");
    default:
      throw refused('HubUnreachable', `The host answered with ${status}: look into its log.`);
  }
}

function saidIn(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  const { Message, ExceptionMessage, message } = value as Partial<Record<string, unknown>>;
  const said = ExceptionMessage ?? Message ?? message;
  return typeof said === 'string' ? said : null;
}

function idIn({ value }: HostAnswer): string | undefined {
  const { id } = (value ?? {}) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

function deletedIn({ value }: HostAnswer): number {
  const { instancesDeleted } = (value ?? {}) as { instancesDeleted?: unknown };
  return typeof instancesDeleted === 'number' ? instancesDeleted : 0;
}
