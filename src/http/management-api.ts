/**
 * The HTTP management API (spec/http-api.md 1 to 8): one handler for the webhook base, its older alias and the keyless base of the app's
 * own client. Texts and statuses are the real service's, quirks included, since clients and their tests depend on them.
 *
 * Deviation: `taskHub` and `connection` are not looked at, since there is one hub.
 */
import { messageOf } from '../base/error-message';
import type { InstanceRow } from '../core/instances/instance';
import { notPurgeableText } from '../core/instances/instance-rows';
import { rewindDoubt } from '../core/instances/rewind-doubt';
import type { InstanceQuery } from '../core/ports/history-store';
import type { StartOptions, TaskHubClient } from '../core/ports/task-hub-client';
import { DurascopeError } from '../core/values/errors';
import { type ClientIdRules, isEntityId } from '../core/values/instance-id';
import { isTerminal } from '../core/values/status';
import { BodyTooLarge, bare, bodyText, json, jsonText, plainText, type Reply } from './exchange';
import { EntityApi } from './entity-api';
import type { HttpLimits } from './http-settings';
import { checkJson, rewrittenBody } from './json-body';
import { NewtonsoftError } from '../core/values/newtonsoft-json';
import type { KnownFunctions } from './known-functions';
import {
  argumentReply,
  exceptionReply,
  failureReply,
  invalidJsonReply,
  invalidOperationReply,
  negativePageReply,
  noteHeader,
  unknownInstanceMessage,
} from './management-errors';
import { continuationHeader, listStart, tokenAfter, tokenFrom } from './list-tokens';
import type { ManagementCall } from './management-call';
import { type ManagementUrlParts, startPayload } from './management-urls';
import { booleanValue, dateValue, integerValue, oddStatusesIn, secondsValue, statusesValue } from './parameter-values';
import { jsonPieces } from './json-pieces';
import { hasUnreadableOutput, payloadJson, statusPayload, statusPieces } from './status-payload';
import { type Route, RouteTable } from './route-table';
import { percentDecode, rewrittenPath } from './url-text';

export interface ManagementApiOptions {
  hub: TaskHubClient;
  functions: KnownFunctions;
  links: Omit<ManagementUrlParts, 'origin'>;
  limits: HttpLimits;
  clientIdRules: ClientIdRules;
  /** Resolves when the app's functions are known, or after a bound. Null: they are known. */
  whenReady(): Promise<unknown> | null;
  onUnexpected(error: unknown): void;
}

type Query = ReadonlyMap<string, string>;

const maxTimerMs = 2_147_483_647;

export class ManagementApi {
  readonly #hub: TaskHubClient;
  /** Literals ignore case and slashes at both ends do not count (1.2). */
  readonly table: RouteTable<ManagementCall>;

  constructor(private readonly options: ManagementApiOptions) {
    this.#hub = options.hub;
    this.table = new RouteTable([...this.#routes(), ...new EntityApi(options).routes()], { headAsGet: false });
  }

  /** What a route throws, in the real service's words. */
  failure(error: unknown): Reply {
    if (error instanceof BodyTooLarge) return tooLarge(error);
    if (!DurascopeError.is(error)) this.options.onUnexpected(error);
    return failureReply(error);
  }

  #routes(): Route<ManagementCall>[] {
    const start = (call: ManagementCall) => this.#start(call);
    return [
      { method: 'POST', path: '/orchestrators/:name', access: 'key', answer: start },
      { method: 'POST', path: '/orchestrators/:name/:id', access: 'key', answer: start },
      { method: 'GET', path: '/instances', access: 'read', answer: (call) => this.#list(call) },
      { method: 'DELETE', path: '/instances', access: 'key', answer: (call) => this.#purgeBy(call.query) },
      { method: 'GET', path: '/instances/:id', access: 'read', answer: (call) => this.#status(call) },
      { method: 'DELETE', path: '/instances/:id', access: 'key', answer: (call) => this.#purge(call) },
      { method: 'POST', path: '/instances/:id/raiseEvent/:event', access: 'key', answer: (call) => this.#raiseEvent(call) },
      { method: 'POST', path: '/instances/:id/terminate', access: 'key', answer: (call) => this.#terminate(call) },
      { method: 'POST', path: '/instances/:id/suspend', access: 'key', answer: (call) => this.#suspend(call) },
      { method: 'POST', path: '/instances/:id/resume', access: 'key', answer: (call) => this.#resume(call) },
      { method: 'POST', path: '/instances/:id/rewind', access: 'key', answer: (call) => this.#rewind(call) },
      { method: 'POST', path: '/instances/:id/restart', access: 'key', answer: (call) => this.#restart(call) },
      // Deviation: this process is the only one there is, so it always is the primary.
      { method: 'GET', path: '/makeprimary', access: 'read', answer: () => bare(200) },
      { method: 'any', path: '/makeprimary', access: 'key', answer: () => bare(200) },
    ];
  }

  async #terminate(call: ManagementCall): Promise<Reply> {
    const found = await this.#unfinished(call);
    if (!('instanceId' in found)) return found;
    await this.#hub.terminate(found.instanceId, call.query.get('reason') ?? null);
    return bare(202);
  }

  async #suspend(call: ManagementCall): Promise<Reply> {
    const found = await this.#unfinished(call);
    if (!('instanceId' in found)) return found;
    if (found.runtimeStatus === 'Suspended') return wrongState('suspend', found);
    await this.#hub.suspend(found.instanceId, call.query.get('reason') ?? null);
    return bare(202);
  }

  async #resume(call: ManagementCall): Promise<Reply> {
    const found = await this.#unfinished(call);
    if (!('instanceId' in found)) return found;
    if (found.runtimeStatus !== 'Suspended') return wrongState('resume', found);
    await this.#hub.resume(found.instanceId, call.query.get('reason') ?? null);
    return bare(202);
  }

  async #start(call: ManagementCall): Promise<Reply> {
    const { name = '', id: givenId = '' } = call.params;
    const { query } = call;
    const body = await call.request.body(call.maxBodyBytes);
    let input: string | null = null;
    if (body.byteLength > 0) {
      try {
        // Kept as the client wrote it, blanks included.
        input = bodyText(body);
        checkJson(input);
      } catch (error) {
        if (!(error instanceof NewtonsoftError)) throw error;
        return invalidJsonReply(error);
      }
    }
    const waiting = this.options.whenReady();
    if (waiting !== null) await waiting;
    // A name that is not there is taken, as by the real service: the instance fails with the known ones.
    const start: StartOptions = { name, input, unknownName: 'failsInstance' };
    if (givenId !== '') {
      const problem = this.options.clientIdRules === 'engine' ? undefined : startIdProblem(givenId);
      if (problem !== undefined) return argumentReply(problem);
      start.instanceId = givenId;
    }
    const version = query.get('version');
    if (version !== undefined) start.version = version;
    try {
      const { instanceId } = await this.#hub.start(start);
      return await this.#started(call, instanceId);
    } catch (error) {
      if (!DurascopeError.is(error, 'InstanceExists')) throw error;
      return await this.#alreadyExists(givenId, error);
    }
  }

  async #alreadyExists(instanceId: string, error: DurascopeError): Promise<Reply> {
    const status = error.details['status'] ?? (await this.#hub.get(instanceId))?.runtimeStatus;
    if (typeof status !== 'string') throw error;
    return json(409, { Message: existsText(status) });
  }

  /** The reply to a start or a restart: links at once, or with a time-out the result if it comes in time (3.5, 3.7). */
  async #started(call: ManagementCall, instanceId: string): Promise<Reply> {
    const { query } = call;
    const timeoutMs = secondsValue(query.get('timeout'));
    const intervalMs = secondsValue(query.get('pollinginterval'));
    // Both or no waiting, as on Azure Storage.
    if (timeoutMs !== undefined && intervalMs !== undefined) {
      if (intervalMs > timeoutMs) {
        return json(400, {
          Message: `Total timeout ${timeoutMs / 1000} should be bigger than retry timeout ${intervalMs / 1000}`,
        });
      }
      const row = await this.#hub.waitForCompletion(instanceId, Math.min(timeoutMs, maxTimerMs));
      if (row.runtimeStatus === 'Completed') return jsonText(200, payloadJson(row.output));
      if (isTerminal(row.runtimeStatus)) return jsonText(200, statusPayload(row, { showInput: true }));
    }
    const payload = startPayload({ ...this.options.links, origin: call.request.origin }, instanceId);
    return json(202, payload, [
      // As .NET's Uri writes it.
      ['Location', payload.statusQueryGetUri.replaceAll('%7E', '~')],
      ['Retry-After', '10'],
    ]);
  }

  async #status(call: ManagementCall): Promise<Reply> {
    const { query } = call;
    const row = await this.#find(call);
    if (row === undefined) return this.#unknown(call);
    const showHistory = booleanValue(query.get('showhistory'), false) && row.runtimeStatus !== 'Pending';
    const pieces = statusPieces(row, {
      showInput: booleanValue(query.get('showinput'), true),
      ...(showHistory && {
        history: {
          events: await this.#hub.history(row.instanceId),
          showOutput: booleanValue(query.get('showhistoryoutput'), false),
        },
      }),
    });
    const notes: [string, string][] = hasUnreadableOutput(row) ? [[noteHeader, unreadableNote]] : [];
    if (!isTerminal(row.runtimeStatus)) {
      const { origin, target } = call.request;
      return jsonPieces(202, pieces, [
        ...notes,
        ['Location', `${origin}${rewrittenPath(target.path)}${target.query === '' ? '' : `?${target.query}`}`],
        ['Retry-After', '5'],
      ]);
    }
    const isError = row.runtimeStatus === 'Failed' && booleanValue(query.get('returninternalservererroronfailure'), false);
    return jsonPieces(isError ? 500 : 200, pieces, notes);
  }

  async #list({ request, query }: ManagementCall): Promise<Reply> {
    const top = integerValue(query.get('top'));
    const prefix = query.get('instanceidprefix');
    const from = dateValue(query.get('createdtimefrom'));
    const to = dateValue(query.get('createdtimeto'));
    const statuses = statusesValue(query.get('runtimestatus'));
    const token = request.header(continuationHeader);
    const { headers, ...start } = await listStart(token, async (id) => (await this.#hub.get(id)) !== undefined);
    const wanted: InstanceQuery = { pageSize: top === undefined || top < 1 ? 100 : Math.min(top, 10_000), ...start };
    if (prefix !== undefined && prefix !== '') wanted.instanceIdPrefix = prefix;
    if (from !== undefined) wanted.createdTimeFrom = from;
    if (to !== undefined) wanted.createdTimeTo = to;
    if (statuses !== undefined && statuses.length > 0) wanted.statuses = statuses;
    const odd = oddStatusesIn(query.get('runtimestatus'));
    if (odd === 'unknown') return argumentReply("Requested value 'Unknown' was not found.");
    if (top !== undefined && top < 0) return negativePageReply();
    if (odd === 'numbers' && statuses?.length === 0) return jsonText(200, '[]', headers);
    if (top === 0) {
      // As the real service: nothing, and a token to go on with.
      const [first] = (await this.#hub.query({ ...wanted, pageSize: 1 })).instances;
      if (first !== undefined) headers.push([continuationHeader, tokenFrom(first.instanceId)]);
      return jsonText(200, '[]', headers);
    }
    const page = await this.#hub.query(wanted);
    const last = page.continuationToken === undefined ? undefined : page.instances.at(-1);
    if (last !== undefined) headers.push([continuationHeader, tokenAfter(last.instanceId)]);
    // Where nothing is filtered the real service reads whole rows, whatever was asked for (recorded: `alone-list`).
    const isFiltered = prefix !== undefined || from !== undefined || to !== undefined || wanted.statuses !== undefined;
    const showInput = !isFiltered || booleanValue(query.get('showinput'), true);
    return jsonPieces(200, statusList(page.instances, showInput), headers);
  }

  async #purge(call: ManagementCall): Promise<Reply> {
    const row = await this.#find(call);
    // Of entities the extension does not ask whether they are there.
    if (row === undefined && isEntityId(call.params['id'] ?? '')) return json(200, { instancesDeleted: 0 });
    if (row === undefined) return this.#unknown(call);
    if (!isTerminal(row.runtimeStatus) && !isEntityId(row.instanceId)) {
      return json(412, notPurgeableText(row));
    }
    const count = await this.#hub.purge(row.instanceId);
    return count === 0 ? bare(404) : json(200, { instancesDeleted: count });
  }

  async #purgeBy(query: Query): Promise<Reply> {
    const createdTimeFrom = dateValue(query.get('createdtimefrom'));
    if (createdTimeFrom === undefined) return json(400, "Please provide value for 'createdTimeFrom' parameter.");
    const createdTimeTo = dateValue(query.get('createdtimeto'));
    // As the real service: states that are not final are dropped from the filter, and with nothing left everything in the range goes.
    const statuses = statusesValue(query.get('runtimestatus'))?.filter((status) => isTerminal(status)) ?? [];
    const count = await this.#hub.purgeBy({
      createdTimeFrom,
      ...(createdTimeTo !== undefined && { createdTimeTo }),
      ...(statuses.length > 0 ? { statuses } : { unfinished: true }),
    });
    return count === 0 ? bare(404) : json(200, { instancesDeleted: count });
  }

  async #raiseEvent(call: ManagementCall): Promise<Reply> {
    const found = await this.#unfinished(call);
    if (!('instanceId' in found)) return found;
    const mediaType = call.request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
    if (mediaType !== 'application/json') return json(400, { Message: 'Only application/json request content is supported' });
    let data: string;
    try {
      data = rewrittenBody(bodyText(await call.request.body(call.maxBodyBytes)));
    } catch (error) {
      if (!(error instanceof NewtonsoftError)) throw error;
      return invalidJsonReply(error);
    }
    await this.#hub.raiseEvent(found.instanceId, call.params['event'] ?? '', data);
    return bare(202);
  }

  async #rewind(call: ManagementCall): Promise<Reply> {
    const row = await this.#find(call);
    // With the dollar sign of the real service.
    if (row === undefined) return json(404, `No orchestration with instance ID "$${call.params['id'] ?? ''}" found.`);
    if (row.runtimeStatus !== 'Failed') {
      return json(
        412,
        `This orchestration has status ${row.runtimeStatus}, but only orchestrations in the "Failed" state can be rewound.`,
      );
    }
    const doubt = rewindDoubt(await this.#hub.history(row.instanceId), row.profile);
    await this.#hub.rewind(row.instanceId, call.query.get('reason') ?? null);
    return doubt === null ? bare(202) : { ...bare(202), headers: [[noteHeader, doubt]] };
  }

  async #restart(call: ManagementCall): Promise<Reply> {
    const waiting = this.options.whenReady();
    if (waiting !== null) await waiting;
    const row = await this.#find(call);
    if (row === undefined) {
      return argumentReply(
        `No instance with ID '${call.params['id'] ?? ''}' was found. (Parameter 'instanceId')`,
        unknownInstanceMessage,
      );
    }
    try {
      const newInstanceId = booleanValue(call.query.get('restartwithnewinstanceid'), true);
      const { instanceId } = await this.#hub.restart(row.instanceId, { newInstanceId });
      return await this.#started(call, instanceId);
    } catch (error) {
      if (DurascopeError.is(error, 'InstanceExists') || DurascopeError.is(error, 'InstanceNotTerminal')) {
        return exceptionReply(
          409,
          'A non-terminal instance with this instance ID already exists.',
          existsText(row.runtimeStatus),
          'DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException',
        );
      }
      return failureReply(error, unknownInstanceMessage);
    }
  }

  #find({ params }: ManagementCall): Promise<InstanceRow | undefined> {
    return this.#hub.get(params['id'] ?? '');
  }

  /** The 404 of an unknown instance; says where one is there whose id has the plus sign that became a blank. */
  async #unknown({ params, rawParams }: ManagementCall): Promise<Reply> {
    const asSent = percentDecode(rawParams['id'] ?? '');
    if (asSent === params['id'] || !asSent.includes('+') || (await this.#hub.get(asSent)) === undefined) return bare(404);
    return { ...bare(404), headers: [[noteHeader, plusNote(asSent)]] };
  }

  /** The instance, or the refusal that all operations share: 404 when missing, 410 when finished. */
  async #unfinished(call: ManagementCall): Promise<InstanceRow | Reply> {
    const row = await this.#find(call);
    if (row === undefined) return this.#unknown(call);
    return isTerminal(row.runtimeStatus) ? bare(410) : row;
  }
}

function existsText(status: string): string {
  return `An Orchestration instance with the status ${status} already exists.`;
}

const unreadableNote =
  'The output is the text undefined, which the extension writes as it is, so that this is no JSON: give terminate, suspend and resume a reason.';

function plusNote(instanceId: string): string {
  return `The extension reads a plus sign in an address as a blank. For ${encodeURIComponent(instanceId)} write %252B.`;
}

function wrongState(verb: string, row: InstanceRow): Reply {
  return invalidOperationReply(
    `Cannot ${verb} the orchestration instance ${row.instanceId} because instance is in the ${row.runtimeStatus} state.`,
  );
}

/** The rules of the real client, with its swapped arguments (3.3). The hub may be stricter. */
function startIdProblem(instanceId: string): string | undefined {
  if (instanceId.startsWith('@')) return "instanceId (Parameter 'Orchestration instance ids must not start with @.')";
  if (/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(instanceId)) {
    return "instanceId (Parameter 'Orchestration instance ids must not contain /, \\, #, ?, or control characters.')";
  }
  return instanceId.length > 256 ? 'Instance ID lengths must not exceed 256 characters.' : undefined;
}

/** The rest of the body is not read, so the connection ends. */
function* statusList(rows: readonly InstanceRow[], showInput: boolean): Generator<string> {
  yield '[';
  for (const [index, row] of rows.entries()) yield `${index === 0 ? '' : ','}${statusPayload(row, { showInput })}`;
  yield ']';
}

function tooLarge(error: BodyTooLarge): Reply {
  return plainText(413, `${messageOf(error)}\n`, [['Connection', 'close']]);
}
