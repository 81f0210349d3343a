/** The entity routes of the management API (spec/http-api.md 8), in the real service's words. */
import { messageOf } from '../base/error-message';
import { entityInstanceId } from '../core/values/entity-id';
import type { EntityInfo, EntityQuery } from '../core/entities/entity-views';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { bare, bodyText, type IncomingRequest, json, jsonText, type Reply } from './exchange';
import { compactJson } from './json-body';
import type { KnownFunctions } from './known-functions';
import { booleanValue, dateValue, integerValue } from './parameter-values';
import { percentDecode } from './url-text';

export interface EntityApiOptions {
  hub: TaskHubClient;
  functions: KnownFunctions;
  /** Resolves when the app's functions are known, or after a bound. Null: they are known. */
  whenReady(): Promise<unknown> | null;
}

interface EntityCall {
  request: IncomingRequest;
  maxBodyBytes: number;
}

type Query = ReadonlyMap<string, string>;

const continuationHeader = 'x-ms-continuation-token';

export class EntityApi {
  readonly #hub: TaskHubClient;

  constructor(private readonly options: EntityApiOptions) {
    this.#hub = options.hub;
  }

  /** `segments` after `entities`, not decoded. Undefined: no such route, or not with this method. */
  route(call: EntityCall, segments: readonly string[]): ((query: Query) => Promise<Reply>) | undefined {
    const [rawName = '', rawKey] = segments;
    if (segments.length > 2) return undefined;
    const name = percentDecode(rawName);
    // `$` stands for the empty key, which a path cannot have.
    const key = rawKey === undefined || rawKey === '$' ? '' : percentDecode(rawKey);
    switch (call.request.method) {
      case 'GET':
        return rawKey === undefined ? (query) => this.#list(call, name, query) : () => this.#state(name, key);
      case 'POST':
        return (query) => this.#signal(call, name, key, query.get('op') ?? '');
      case 'DELETE':
        return () => this.#signal(call, name, key, 'delete');
      default:
        return undefined;
    }
  }

  async #list(call: EntityCall, name: string, query: Query): Promise<Reply> {
    const top = integerValue(query.get('top'));
    const from = dateValue(query.get('lastoperationtimefrom'));
    const to = dateValue(query.get('lastoperationtimeto'));
    const token = call.request.header(continuationHeader);
    const fetchState = booleanValue(query.get('fetchstate'), false);
    const wanted: EntityQuery = { pageSize: top === undefined || top < 1 ? 100 : Math.min(top, 10_000) };
    if (fetchState) wanted.includeState = true;
    if (name !== '') wanted.name = name;
    if (from !== undefined) wanted.lastOperationFrom = from;
    if (to !== undefined) wanted.lastOperationTo = to;
    if (token !== undefined && token !== '') wanted.continuationToken = token;
    const page = await this.#hub.queryEntities(wanted);
    const text = `[${page.entities.map((entity) => entityText(entity)).join(',')}]`;
    return jsonText(200, text, page.continuationToken === undefined ? undefined : [[continuationHeader, page.continuationToken]]);
  }

  async #state(name: string, key: string): Promise<Reply> {
    const entity = await this.#hub.getEntity(entityInstanceId({ name, key }));
    return entity?.state == null ? bare(404) : jsonText(200, entity.state);
  }

  async #signal(call: EntityCall, name: string, key: string, operation: string): Promise<Reply> {
    if (name.trim() === '') {
      return refusal("Invalid entity id: entity name must not be a null or empty string. (Parameter 'entityName')");
    }
    const body = bodyText(await call.request.body(call.maxBodyBytes));
    let input: string | null = null;
    if (body.length > 0) {
      const mediaType = call.request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
      try {
        input = mediaType === 'application/json' ? compactJson(body) : JSON.stringify(body);
      } catch (error) {
        return refusal(`Could not parse JSON content: ${messageOf(error)}`);
      }
    }
    const waiting = this.options.whenReady();
    if (waiting !== null) await waiting;
    if (!this.options.functions.isEntity(name)) return refusal(this.options.functions.unknownMessage(name, 'entity'));
    if (/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(key)) {
      // The real client swaps the arguments of its exception (3.3).
      return refusal("entityKey (Parameter 'Entity keys must not contain /, \\, #, ?, or control characters.')");
    }
    await this.#hub.signalEntity(entityInstanceId({ name, key }), operation, input === null ? {} : { input });
    return bare(202);
  }
}

function entityText({ name, key, lastOperationTime, state }: EntityInfo): string {
  const entityId = JSON.stringify({ name, key });
  return `{"entityId":${entityId},"lastOperationTime":${JSON.stringify(lastOperationTime)},"state":${state ?? 'null'}}`;
}

function refusal(Message: string): Reply {
  return json(400, { Message });
}
