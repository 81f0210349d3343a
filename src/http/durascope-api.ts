/** Durascope's own endpoints: all of a task hub, for programs that attach to a running emulator (the command line, another window, a browser). */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import { type ExportedInstance, historyProblem } from '../core/instances/exported-instance';
import type { HistoryEvent } from '../core/history/history';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { ReplayRequest } from '../core/ports/replay-worker';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import {
  cleanEntitiesSchema,
  type Connections,
  durascopeStatusFor,
  type EmulatorInfo,
  entityQuerySchema,
  eventSchema,
  importSchema,
  invokeSchema,
  instanceQuerySchema,
  momentIndexSchema,
  purgeFilterSchema,
  reasonSchema,
  replayRequestSchema,
  restartSchema,
  signalSchema,
  startSchema,
  terminateSchema,
} from './durascope-protocol';
import { type ChangeStreamSources, changeStream } from './change-stream';
import { BodyTooLarge, bodyText, type IncomingRequest } from './exchange';
import { integerValue } from './parameter-values';
import type { ReplaySessions } from './replay-sessions';
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
  connections: () => Connections;
  replays: ReplaySessions | undefined;
  stream: ChangeStreamSources;
  maxBodyBytes: number;
  maxImportBytes: number;
  onUnexpected(error: unknown): void;
}

/** The exchange stands in the bindings: guarded already, its body limited. */
export type ExchangeEnv = { Bindings: { exchange: IncomingRequest } };

const maxWaitMs = 60_000;

export function durascopeApi(options: DurascopeApiOptions): Hono<ExchangeEnv> {
  const { hub } = options;
  const api = new Hono<ExchangeEnv>();
  const replays = (): ReplaySessions => {
    if (options.replays !== undefined) return options.replays;
    throw new DurascopeError('NotSupported', 'No program can be connected here, and so none can replay anything.');
  };

  api.get('/info', (c) => c.json(options.info()));
  api.get('/functions', (c) => c.json(options.functions()));
  api.get('/connections', (c) => c.json(options.connections()));
  api.post('/functions/:name/invoke', async (c) => {
    const { input, metadata } = await bodyOf(c, invokeSchema);
    return c.json({ result: await options.invoke(c.req.param('name'), input, metadata) });
  });
  api.get('/counts', async (c) => c.json(await hub.countByStatus(queryOf(c))));
  api.get('/events', (c) => eventStream(c, options.stream));

  api.get('/instances', async (c) => c.json(await hub.query(queryOf(c))));
  api.post('/instances', async (c) => c.json(await hub.start(await bodyOf(c, startSchema)), 202));
  api.get('/instances/:id', async (c) => {
    const row = await hub.get(c.req.param('id'));
    if (row === undefined) throw missing(c.req.param('id'));
    return c.json(row);
  });
  api.get('/instances/:id/history', async (c) => {
    const query = parseQuery(c.env.exchange.query);
    const range = (name: string) => Math.max(integerValue(query.get(name)) ?? -1, -1);
    const [from, count] = [range('from'), range('count')];
    const rows = await hub.history(c.req.param('id'), from < 0 ? 0 : from, count < 0 ? undefined : count);
    return jsonLines(rows);
  });
  api.get('/instances/:id/custom-status-changes', async (c) => c.json(await hub.customStatusChanges(c.req.param('id'))));
  api.get('/instances/:id/waiting-for', async (c) => c.json(await hub.waitingFor(c.req.param('id'))));
  api.get('/instances/:id/completion', async (c) => {
    const timeoutMs = integerValue(parseQuery(c.env.exchange.query).get('timeoutms')) ?? 0;
    return c.json(await hub.waitForCompletion(c.req.param('id'), Math.min(Math.max(timeoutMs, 0), maxWaitMs)));
  });
  api.post('/instances/:id/events', async (c) => {
    const { name, data } = await bodyOf(c, eventSchema);
    await hub.raiseEvent(c.req.param('id'), name, data);
    return c.json({}, 202);
  });
  api.post('/instances/:id/terminate', async (c) => {
    const { reason, recursive } = await bodyOf(c, terminateSchema);
    await hub.terminate(c.req.param('id'), reason, recursive === undefined ? undefined : { recursive });
    return c.json({}, 202);
  });
  for (const operation of ['suspend', 'resume', 'rewind'] as const) {
    api.post(`/instances/:id/${operation}`, async (c) => {
      await hub[operation](c.req.param('id'), (await bodyOf(c, reasonSchema)).reason);
      return c.json({}, 202);
    });
  }
  api.post('/instances/:id/restart', async (c) =>
    c.json(await hub.restart(c.req.param('id'), await bodyOf(c, restartSchema)), 202),
  );
  api.delete('/instances/:id', async (c) => c.json({ count: await hub.purge(c.req.param('id')) }));
  api.post('/import', async (c) => {
    const { instances, onConflict } = await bodyOf(c, importSchema, options.maxImportBytes);
    return c.json(await hub.importInstances(instances as unknown as ExportedInstance[], onConflict));
  });
  api.post('/purge', async (c) => c.json({ count: await hub.purgeBy(await bodyOf(c, purgeFilterSchema)) }));

  api.get('/entities', async (c) => c.json(await hub.queryEntities(entityQueryOf(c))));
  api.get('/entities/:id', async (c) => {
    const entity = await hub.getEntity(c.req.param('id'));
    if (entity === undefined) throw missing(c.req.param('id'));
    return c.json(entity);
  });
  api.get('/entities/:id/batches', async (c) => c.json(await hub.entityBatches(c.req.param('id'))));
  api.post('/entities/:id/signal', async (c) => {
    const { operation, ...signal } = await bodyOf(c, signalSchema);
    await hub.signalEntity(c.req.param('id'), operation, signal);
    return c.json({}, 202);
  });
  api.post('/clean-entities', async (c) => c.json(await hub.cleanEntityStorage(await bodyOf(c, cleanEntitiesSchema))));

  // Asking a program runs its code: all of it needs the key.
  api.post('/replays', async (c) => {
    const request = (await bodyOf(c, replayRequestSchema, options.maxImportBytes)) as unknown as ReplayRequest;
    const problem = historyProblem(request.history);
    if (problem !== null) throw new DurascopeError('InvalidArgument', `Not to be replayed, ${problem}`);
    if (!request.history.some((event) => event.EventType === 'ExecutionStarted')) {
      throw new DurascopeError('InvalidArgument', 'The history has no ExecutionStarted event: there is nothing to replay.');
    }
    return c.json(await replays().open(request, c.env.exchange.signal()), 201);
  });
  api.post('/replays/:id/moment', async (c) => {
    const { index } = await bodyOf(c, momentIndexSchema);
    return c.json(await replays().moment(c.req.param('id'), index, c.env.exchange.signal()));
  });
  api.delete('/replays/:id', async (c) => {
    await replays().close(c.req.param('id'));
    return c.json({});
  });

  api.notFound((c) =>
    c.json({ code: 'InvalidArgument', message: `There is no ${c.req.method} ${c.req.path}.`, details: {} }, 404),
  );
  return api;

  async function bodyOf<T>(c: Context<ExchangeEnv>, schema: z.ZodType<T>, maxBytes = options.maxBodyBytes): Promise<T> {
    const text = bodyText(await c.env.exchange.body(maxBytes));
    return checked(schema, text === '' ? '{}' : text, 'The body');
  }
}

/** Every error of these routes as JSON with its code, which the client makes into the same error again. */
export function durascopeFailure(error: unknown, c: Context, onUnexpected: (error: unknown) => void): Response {
  if (error instanceof BodyTooLarge) {
    c.header('Connection', 'close');
    return c.json({ code: 'InvalidArgument', message: error.message, details: {} }, 413);
  }
  if (DurascopeError.is(error)) {
    return c.json({ code: error.code, message: error.message, details: error.details }, durascopeStatusFor[error.code]);
  }
  onUnexpected(error);
  const message = messageOf(error);
  return c.json({ code: 'Internal', message: `Something went wrong in the emulator: ${message}`, details: {} }, 500);
}

function queryOf(c: Context<ExchangeEnv>) {
  return checked(instanceQuerySchema, parseQuery(c.env.exchange.query).get('query') ?? '{}', "The parameter 'query'");
}

function entityQueryOf(c: Context<ExchangeEnv>) {
  return checked(entityQuerySchema, parseQuery(c.env.exchange.query).get('query') ?? '{}', "The parameter 'query'");
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
function jsonLines(rows: readonly HistoryEvent[]): Response {
  const text = rows.length === 0 ? '[]' : `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`;
  return new Response(text, { headers: { 'Content-Type': 'application/json; charset=utf-8' } });
}

/** `?include=changes,log,emulator` narrows; everything by default. */
function eventStream(c: Context<ExchangeEnv>, sources: ChangeStreamSources): Response {
  const wanted = parseQuery(c.env.exchange.query).get('include')?.split(',');
  const has = (name: string) => wanted?.includes(name) ?? true;
  const { clock, hub, logs, emulatorEvents } = sources;
  const stream = changeStream({
    clock,
    ...(hub !== undefined && has('changes') && { hub }),
    ...(logs !== undefined && has('log') && { logs }),
    ...(emulatorEvents !== undefined && has('emulator') && { emulatorEvents }),
  });
  return new Response(stream, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
}
