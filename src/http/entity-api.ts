/** The entity routes of the management API (spec/http-api.md 8), in the real service's words. */
import { entityInstanceId } from '../core/values/entity-id';
import type { EntityInfo, EntityQuery } from '../core/entities/entity-views';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { bare, bodyText, json, jsonText, type Reply } from './exchange';
import { NewtonsoftError } from '../core/values/newtonsoft-json';
import { rewrittenBody } from './json-body';
import type { KnownFunctions } from './known-functions';
import { continuationHeader, listStart, tokenAfter, tokenFrom } from './list-tokens';
import { negativePageReply } from './management-errors';
import { booleanValue, dateValue, integerValue } from './parameter-values';
import type { ManagementCall } from './management-call';
import type { Route } from './route-table';

export interface EntityApiOptions {
  hub: TaskHubClient;
  functions: KnownFunctions;
  /** Resolves when the app's functions are known, or after a bound. Null: they are known. */
  whenReady(): Promise<unknown> | null;
}

export class EntityApi {
  readonly #hub: TaskHubClient;

  constructor(private readonly options: EntityApiOptions) {
    this.#hub = options.hub;
  }

  routes(): Route<ManagementCall>[] {
    const signal = (call: ManagementCall) => this.#signal(call, call.query.get('op') ?? '');
    const remove = (call: ManagementCall) => this.#signal(call, 'delete');
    return [
      { method: 'GET', path: '/entities', access: 'read', answer: (call) => this.#list(call) },
      { method: 'GET', path: '/entities/:name', access: 'read', answer: (call) => this.#list(call) },
      { method: 'GET', path: '/entities/:name/:key', access: 'read', answer: (call) => this.#state(call) },
      { method: 'POST', path: '/entities', access: 'key', answer: signal },
      { method: 'POST', path: '/entities/:name', access: 'key', answer: signal },
      { method: 'POST', path: '/entities/:name/:key', access: 'key', answer: signal },
      { method: 'DELETE', path: '/entities', access: 'key', answer: remove },
      { method: 'DELETE', path: '/entities/:name', access: 'key', answer: remove },
      { method: 'DELETE', path: '/entities/:name/:key', access: 'key', answer: remove },
    ];
  }

  async #list({ request, query, params }: ManagementCall): Promise<Reply> {
    const name = params['name'] ?? '';
    const top = integerValue(query.get('top'));
    const from = dateValue(query.get('lastoperationtimefrom'));
    const to = dateValue(query.get('lastoperationtimeto'));
    const token = request.header(continuationHeader);
    const fetchState = booleanValue(query.get('fetchstate'), false);
    const { headers, ...start } = await listStart(token, async (id) => (await this.#hub.getEntity(id)) !== undefined);
    const wanted: EntityQuery = { pageSize: top === undefined || top < 1 ? 100 : Math.min(top, 10_000), ...start };
    if (fetchState) wanted.includeState = true;
    if (name !== '') wanted.name = name;
    if (from !== undefined) wanted.lastOperationFrom = from;
    if (to !== undefined) wanted.lastOperationTo = to;
    if (top !== undefined && top < 0) return negativePageReply();
    if (top === 0) {
      const [first] = (await this.#hub.queryEntities({ ...wanted, pageSize: 1 })).entities;
      if (first !== undefined) headers.push([continuationHeader, tokenFrom(first.instanceId)]);
      return jsonText(200, '[]', headers);
    }
    const page = await this.#hub.queryEntities(wanted);
    const last = page.continuationToken === undefined ? undefined : page.entities.at(-1);
    if (last !== undefined) headers.push([continuationHeader, tokenAfter(last.instanceId)]);
    // One that exists and has no state is left out where states are asked for (recorded: `x-odd-delete`).
    const listed = fetchState ? page.entities.filter(({ state }) => state !== null) : page.entities;
    const text = `[${listed.map((entity) => entityText(entity)).join(',')}]`;
    return jsonText(200, text, headers);
  }

  async #state(call: ManagementCall): Promise<Reply> {
    const entity = await this.#hub.getEntity(entityInstanceId(entityOf(call)));
    return entity?.state == null ? bare(404) : jsonText(200, entity.state);
  }

  async #signal(call: ManagementCall, operation: string): Promise<Reply> {
    const { name, key } = entityOf(call);
    if (name.trim() === '') {
      return refusal("Invalid entity id: entity name must not be a null or empty string. (Parameter 'entityName')");
    }
    const body = bodyText(await call.request.body(call.maxBodyBytes));
    let input: string | null = null;
    if (body.length > 0) {
      const mediaType = call.request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
      try {
        input = mediaType === 'application/json' ? rewrittenBody(body) : JSON.stringify(body);
      } catch (error) {
        if (!(error instanceof NewtonsoftError)) throw error;
        return refusal(`Could not parse JSON content: ${error.message}`);
      }
    }
    const waiting = this.options.whenReady();
    if (waiting !== null) await waiting;
    if (!this.options.functions.isEntity(name))
      return refusal(this.options.functions.unknownMessage(name.toLowerCase(), 'entity'));
    if (/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(key)) {
      // The real client swaps the arguments of its exception (3.3).
      return refusal("entityKey (Parameter 'Entity keys must not contain /, \\, #, ?, or control characters.')");
    }
    await this.#hub.signalEntity(entityInstanceId({ name, key }), operation, input === null ? {} : { input });
    return bare(202);
  }
}

/** `$` stands for the empty key, which a path cannot have. */
function entityOf({ params, rawParams }: ManagementCall): { name: string; key: string } {
  return { name: params['name'] ?? '', key: rawParams['key'] === '$' ? '' : (params['key'] ?? '') };
}

function entityText({ name, key, lastOperationTime, state }: EntityInfo): string {
  const entityId = JSON.stringify({ name, key });
  return `{"entityId":${entityId},"lastOperationTime":${JSON.stringify(lastOperationTime)},"state":${state ?? 'null'}}`;
}

function refusal(Message: string): Reply {
  return json(400, { Message });
}
