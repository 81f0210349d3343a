/** Durascope's own endpoints: all of a task hub, for programs that attach to a running emulator (the command line, another window, a browser). */
import * as z from 'zod';
import { messageOf } from '../base/error-message';
import type { AppProblem } from '../core/values/app-problem';
import { DurascopeError } from '../core/values/errors';
import { type ExportedInstance, historyProblem } from '../core/instances/exported-instance';
import type { HistoryEvent } from '../core/history/history';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { HubClock } from '../core/ports/hub-clock';
import type { InstanceReplays } from '../core/ports/instance-replays';
import type { ReplayRequest } from '../core/ports/replay-worker';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { parseClockChange } from '../core/values/clock-change';
import { clockChangeSchema, type Connections, type EmulatorInfo, invokeSchema } from './protocol/emulator';
import { cleanEntitiesSchema, entityQuerySchema, signalSchema } from './protocol/entities';
import {
  eventSchema,
  forkSchema,
  importSchema,
  instanceQuerySchema,
  purgeFilterSchema,
  reasonSchema,
  restartSchema,
  startSchema,
  terminateSchema,
} from './protocol/instances';
import { durascopeStatusFor } from './protocol/refusals';
import { momentIndexSchema, replayRequestSchema, variablesSchema } from './protocol/replays';
import { type ChangeStreamSources, changeStream } from './change-stream';
import { BodyTooLarge, bodyText, type IncomingRequest, json, type Reply } from './exchange';
import { idFromSegment } from './id-in-path';
import { jsonPieces } from './json-pieces';
import { integerValue } from './parameter-values';
import type { ReplaySessions } from './replay-sessions';
import { type Route, type RouteCall, RouteTable } from './route-table';
import { parseQuery } from './url-text';

/** Calls a function by hand; resolves with its result as JSON text. */
export type FunctionInvoker = (
  name: string,
  input: string | null,
  metadata: Readonly<Record<string, unknown>>,
) => Promise<string | null>;

export interface DurascopeApiOptions {
  hub: TaskHubClient;
  functions: () => readonly FunctionDescriptor[];
  invoke: FunctionInvoker;
  info: () => EmulatorInfo;
  /** What keeps the app, or functions of it, from running. */
  problems: () => readonly AppProblem[];
  connections: () => Connections;
  replays: ReplaySessions | undefined;
  /** For panels in a browser; undefined: not here. */
  instanceReplays: InstanceReplays | undefined;
  /** Of the hubs; undefined: they have the computer's. */
  time: HubClock | undefined;
  stream: ChangeStreamSources;
  /** Default: no files. */
  dashboard: Dashboard | undefined;
  maxBodyBytes: number;
  maxImportBytes: number;
}

const maxWaitMs = 60_000;

/** Answers for a file of the dashboard; `path` starts with `/`. Undefined: there is no such file. */
export type Dashboard = (path: string) => Promise<Reply | undefined>;

export function durascopeApi(options: DurascopeApiOptions): RouteTable {
  const { hub } = options;
  const replays = (): ReplaySessions => {
    if (options.replays !== undefined) return options.replays;
    throw new DurascopeError('NotSupported', 'No program can be connected here, and so none can replay anything.');
  };
  const instanceReplays = (): InstanceReplays => {
    if (options.instanceReplays !== undefined) return options.instanceReplays;
    throw new DurascopeError(
      'NotSupported',
      'This emulator replays nothing for panels in a browser: open the panel in the editor.',
    );
  };
  const time = (): HubClock => {
    if (options.time !== undefined) return options.time;
    throw new DurascopeError('NotSupported', "This hub has the computer's clock, which cannot be set.");
  };
  const read = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, access: 'read', answer });
  const change = (method: 'POST' | 'DELETE', path: string, answer: Route['answer']): Route => ({
    method,
    path,
    access: 'key',
    answer,
  });
  const onInstance = (operation: 'suspend' | 'resume' | 'rewind') =>
    change('POST', `/instances/:id/${operation}`, async (call) => {
      await hub[operation](idOf(call), (await bodyOf(call, reasonSchema)).reason);
      return json(202, {});
    });

  return new RouteTable(
    [
      read('/info', () => json(200, options.info())),
      read('/functions', () => json(200, options.functions())),
      read('/problems', () => json(200, options.problems())),
      read('/connections', () => json(200, options.connections())),
      change('POST', '/functions/:name/invoke', async (call) => {
        const { input, metadata } = await bodyOf(call, invokeSchema);
        return json(200, { result: await options.invoke(call.params['name'] ?? '', input, metadata) });
      }),
      read('/counts', async (call) => json(200, await hub.countByStatus(queryOf(call)))),
      read('/events', (call) => eventStream(call, options.stream)),
      read('/ui/*', async (call) => (await options.dashboard?.(`/${call.params['*'] ?? ''}`)) ?? nothingAt(call.request)),

      read('/instances', async (call) => json(200, await hub.query(queryOf(call)))),
      change('POST', '/instances', async (call) => json(202, await hub.start(await bodyOf(call, startSchema)))),
      read('/instances/:id', async (call) => {
        const row = await hub.get(idOf(call));
        if (row === undefined) throw missing(idOf(call));
        return json(200, row);
      }),
      change('DELETE', '/instances/:id', async (call) => json(200, { count: await hub.purge(idOf(call)) })),
      read('/instances/:id/history', async (call) => {
        const query = parseQuery(call.request.target.query);
        const range = (name: string) => Math.max(integerValue(query.get(name)) ?? -1, -1);
        const [from, count] = [range('from'), range('count')];
        return jsonLines(await hub.history(idOf(call), from < 0 ? 0 : from, count < 0 ? undefined : count));
      }),
      read('/instances/:id/custom-status-changes', async (call) => json(200, await hub.customStatusChanges(idOf(call)))),
      read('/instances/:id/waiting-for', async (call) => json(200, await hub.waitingFor(idOf(call)))),
      read('/instances/:id/completion', async (call) => {
        const timeoutMs = integerValue(parseQuery(call.request.target.query).get('timeoutms')) ?? 0;
        return json(200, await hub.waitForCompletion(idOf(call), Math.min(Math.max(timeoutMs, 0), maxWaitMs)));
      }),
      change('POST', '/instances/:id/events', async (call) => {
        const { name, data } = await bodyOf(call, eventSchema);
        await hub.raiseEvent(idOf(call), name, data);
        return json(202, {});
      }),
      change('POST', '/instances/:id/terminate', async (call) => {
        const { reason, recursive } = await bodyOf(call, terminateSchema);
        await hub.terminate(idOf(call), reason, recursive === undefined ? undefined : { recursive });
        return json(202, {});
      }),
      onInstance('suspend'),
      onInstance('resume'),
      onInstance('rewind'),
      change('POST', '/instances/:id/restart', async (call) =>
        json(202, await hub.restart(idOf(call), await bodyOf(call, restartSchema))),
      ),
      change('POST', '/instances/:id/fork', async (call) =>
        json(202, await hub.fork(idOf(call), await bodyOf(call, forkSchema))),
      ),
      change('POST', '/import', async (call) => {
        const { instances, onConflict } = await bodyOf(call, importSchema, options.maxImportBytes);
        return json(200, await hub.importInstances(instances as unknown as ExportedInstance[], onConflict));
      }),
      change('POST', '/purge', async (call) => json(200, { count: await hub.purgeBy(await bodyOf(call, purgeFilterSchema)) })),

      read('/clock', async () => json(200, await time().clock())),
      change('POST', '/clock', async (call) => {
        const wanted = await bodyOf(call, clockChangeSchema);
        return json(200, await time().setClock('set' in wanted ? parseClockChange(wanted.set) : wanted));
      }),

      read('/entities', async (call) => json(200, await hub.queryEntities(entityQueryOf(call)))),
      read('/entities/:id', async (call) => {
        const entity = await hub.getEntity(idOf(call));
        if (entity === undefined) throw missing(idOf(call));
        return json(200, entity);
      }),
      read('/entities/:id/batches', async (call) => json(200, await hub.entityBatches(idOf(call)))),
      change('POST', '/entities/:id/signal', async (call) => {
        const { operation, ...signal } = await bodyOf(call, signalSchema);
        await hub.signalEntity(idOf(call), operation, signal);
        return json(202, {});
      }),
      change('POST', '/clean-entities', async (call) =>
        json(200, await hub.cleanEntityStorage(await bodyOf(call, cleanEntitiesSchema))),
      ),

      // Asking a program runs its code: all of it needs the key.
      change('POST', '/replays', async (call) => {
        const request = (await bodyOf(call, replayRequestSchema, options.maxImportBytes)) as unknown as ReplayRequest;
        const problem = historyProblem(request.history);
        if (problem !== null) throw new DurascopeError('InvalidArgument', `Not to be replayed, ${problem}`);
        if (!request.history.some((event) => event.EventType === 'ExecutionStarted')) {
          throw new DurascopeError('InvalidArgument', 'The history has no ExecutionStarted event: there is nothing to replay.');
        }
        return json(201, await replays().open(request, call.request.signal()));
      }),
      change('POST', '/replays/:id/moment', async (call) => {
        const { index } = await bodyOf(call, momentIndexSchema);
        return json(200, await replays().moment(idOf(call), index, call.request.signal()));
      }),
      change('DELETE', '/replays/:id', async (call) => {
        await replays().close(idOf(call));
        return json(200, {});
      }),
      change('POST', '/instances/:id/replay', async (call) => json(201, await instanceReplays().open(idOf(call)))),
      change('POST', '/instance-replays/:id/moment', async (call) => {
        const { index } = await bodyOf(call, momentIndexSchema);
        return json(200, await instanceReplays().moment(idOf(call), index));
      }),
      change('POST', '/instance-replays/:id/variables', async (call) => {
        const { reference, start, count } = await bodyOf(call, variablesSchema);
        return json(200, await instanceReplays().variables(idOf(call), reference, start, count));
      }),
      change('DELETE', '/instance-replays/:id', async (call) => {
        await instanceReplays().close(idOf(call));
        return json(200, {});
      }),
    ],
    { headAsGet: true },
  );

  async function bodyOf<T>(call: RouteCall, schema: z.ZodType<T>, maxBytes = options.maxBodyBytes): Promise<T> {
    const text = bodyText(await call.request.body(maxBytes));
    return checked(schema, text === '' ? '{}' : text, 'The body');
  }
}

export function nothingAt(request: IncomingRequest): Reply {
  const message = `There is no ${request.method} ${request.target.path.slice(0, 500)}.`;
  return json(404, { code: 'InvalidArgument', message, details: {} });
}

function idOf(call: RouteCall): string {
  return idFromSegment(call.params['id'] ?? '');
}

/** Every error of these routes as JSON with its code, which the client makes into the same error again. */
export function durascopeFailure(error: unknown, onUnexpected: (error: unknown) => void): Reply {
  if (error instanceof BodyTooLarge) {
    return json(413, { code: 'InvalidArgument', message: error.message, details: {} }, [['Connection', 'close']]);
  }
  if (DurascopeError.is(error)) {
    return json(durascopeStatusFor[error.code], { code: error.code, message: error.message, details: error.details });
  }
  onUnexpected(error);
  const message = messageOf(error);
  return json(500, { code: 'Internal', message: `Something went wrong in the emulator: ${message}`, details: {} });
}

function queryOf({ request }: RouteCall) {
  return checked(instanceQuerySchema, parseQuery(request.target.query).get('query') ?? '{}', "The parameter 'query'");
}

function entityQueryOf({ request }: RouteCall) {
  return checked(entityQuerySchema, parseQuery(request.target.query).get('query') ?? '{}', "The parameter 'query'");
}

function checked<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `${what} is not JSON.`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DurascopeError(
    'InvalidArgument',
    `${what} is not as expected: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`,
  );
}

function missing(instanceId: string): DurascopeError {
  return new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`, { details: { instanceId } });
}

/** A JSON array with one row a line: a long history stays readable in a terminal. */
function jsonLines(rows: readonly HistoryEvent[]): Reply {
  return jsonPieces(200, linesOf(rows));
}

function* linesOf(rows: readonly HistoryEvent[]): Generator<string> {
  if (rows.length === 0) {
    yield '[]';
    return;
  }
  for (const [index, row] of rows.entries()) yield `${index === 0 ? '[' : ','}\n${JSON.stringify(row)}`;
  yield '\n]';
}

/** `?include=changes,log,emulator` narrows; everything by default. */
function eventStream({ request }: RouteCall, sources: ChangeStreamSources): Reply {
  const wanted = parseQuery(request.target.query).get('include')?.split(',');
  const has = (name: string) => wanted?.includes(name) ?? true;
  const { clock, hub, logs, emulatorEvents } = sources;
  const body = changeStream({
    clock,
    ...(hub !== undefined && has('changes') && { hub }),
    ...(logs !== undefined && has('log') && { logs }),
    ...(emulatorEvents !== undefined && has('emulator') && { emulatorEvents }),
  });
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/event-stream'],
      ['Cache-Control', 'no-store'],
    ],
    body,
  };
}
