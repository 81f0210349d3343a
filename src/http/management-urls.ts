/** The URLs of the management API as replies and the client binding carry them (spec/http-api.md 3.5 to 3.8, functions-worker.md 8.1). */
import { formEncode } from './url-text';

export const webhookPath = '/runtime/webhooks/durabletask';
export const legacyWebhookPath = '/admin/extensions/DurableTaskExtension';

/** Path of the keyless copy of the management API that only the app's own process is told: `/rpc/<token>/`. */
export function rpcPath(token: string): string {
  return `/rpc/${token}/`;
}

export interface ManagementUrlParts {
  /** Scheme and authority, no slash at the end. */
  origin: string;
  hubName: string;
  connectionName: string;
  /** The system key. */
  key: string;
}

export interface ManagementPayload {
  id: string;
  statusQueryGetUri: string;
  sendEventPostUri: string;
  terminatePostUri: string;
  rewindPostUri: string;
  purgeHistoryDeleteUri: string;
  restartPostUri: string;
  suspendPostUri: string;
  resumePostUri: string;
}

/** The query that every management URL ends with. */
export function requiredQuery(parts: ManagementUrlParts): string {
  return `taskHub=${formEncode(parts.hubName)}&connection=${formEncode(parts.connectionName)}&code=${formEncode(parts.key)}`;
}

/** What the extension answers to a start: no rewindPostUri, keys in its order. */
export type StartPayload = Omit<ManagementPayload, 'rewindPostUri'>;

export function startPayload(parts: ManagementUrlParts, instanceId: string): StartPayload {
  const links = linksOf(parts, formEncode(instanceId));
  return {
    id: instanceId,
    statusQueryGetUri: links.instance,
    sendEventPostUri: links.sendEvent,
    terminatePostUri: links.withReason('terminate'),
    purgeHistoryDeleteUri: links.instance,
    restartPostUri: links.restart,
    suspendPostUri: links.withReason('suspend'),
    resumePostUri: links.withReason('resume'),
  };
}

function linksOf(parts: ManagementUrlParts, encodedId: string) {
  const base = `${parts.origin}${webhookPath}/instances/${encodedId}`;
  const query = requiredQuery(parts);
  return {
    instance: `${base}?${query}`,
    sendEvent: `${base}/raiseEvent/{eventName}?${query}`,
    restart: `${base}/restart?${query}`,
    withReason: (operation: string) => `${base}/${operation}?reason={text}&${query}`,
  };
}

export interface ClientBindingParts extends Omit<ManagementUrlParts, 'connectionName'> {
  /** Default `Storage`. */
  connectionName?: string;
  /** Keyless base of the management API for the app's own process; a slash at the end is added when missing. */
  rpcBaseUrl: string;
}

/**
 * The text that a durable client binding receives: what `df.getClient`, `createCheckStatusResponse` and the rest of the client work
 * from. Placeholders (`{functionName}`, `INSTANCEID` ...) are literal, the client library replaces them.
 */
export function durableClientBinding(options: ClientBindingParts): string {
  const parts: ManagementUrlParts = { connectionName: 'Storage', ...options };
  const baseUrl = `${parts.origin}${webhookPath}`;
  const key = `code=${formEncode(parts.key)}`;
  const links = linksOf(parts, 'INSTANCEID');
  const managementUrls: ManagementPayload = {
    id: 'INSTANCEID',
    statusQueryGetUri: links.instance,
    sendEventPostUri: links.sendEvent,
    terminatePostUri: links.withReason('terminate'),
    rewindPostUri: links.withReason('rewind'),
    purgeHistoryDeleteUri: links.instance,
    restartPostUri: links.restart,
    suspendPostUri: links.withReason('suspend'),
    resumePostUri: links.withReason('resume'),
  };
  return JSON.stringify({
    taskHubName: parts.hubName,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: `${baseUrl}/orchestrators/{functionName}[/{instanceId}]?${key}`,
      createAndWaitOnNewInstancePostUri: `${baseUrl}/orchestrators/{functionName}[/{instanceId}]?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${key}`,
    },
    managementUrls,
    baseUrl,
    requiredQueryStringParameters: key,
    // The client resolves routes against it as a relative URL, which drops the last segment without the slash.
    rpcBaseUrl: options.rpcBaseUrl.endsWith('/') ? options.rpcBaseUrl : `${options.rpcBaseUrl}/`,
    httpBaseUrl: null,
    maxGrpcMessageSizeInBytes: null,
    grpcHttpClientTimeout: null,
  });
}

/**
 * The same for clients of durable-functions 4, which call the gRPC port (spec/functions-worker.md 10.6); of an URL of theirs only host and
 * port count. `baseUrl` is for the URLs that they make without a request at hand.
 */
export function grpcClientBinding(
  options: Omit<ClientBindingParts, 'rpcBaseUrl'> & { grpcPort: number; maxMessageSizeInBytes: number | null },
): string {
  const httpBaseUrl = `${options.origin}${webhookPath}`;
  return JSON.stringify({
    taskHubName: options.hubName,
    connectionName: options.connectionName ?? 'Storage',
    rpcBaseUrl: `http://localhost:${options.grpcPort}`,
    requiredQueryStringParameters: `code=${formEncode(options.key)}`,
    httpBaseUrl,
    baseUrl: httpBaseUrl,
    ...(options.maxMessageSizeInBytes === null ? {} : { maxGrpcMessageSizeInBytes: options.maxMessageSizeInBytes }),
  });
}

/** What Azure Functions sends and receives at most where host.json says nothing. */
const defaultMaxMessageSize = 4 * 1024 * 1024;

/**
 * The same for the .NET isolated worker (spec/functionrpc-workers.md 3): it takes a limit that is absent for 0, so that every answer exceeds
 * it, and reads its time-out as JSON inside this JSON.
 */
export function dotnetClientBinding(options: Parameters<typeof grpcClientBinding>[0]): string {
  const binding = JSON.parse(grpcClientBinding(options)) as Record<string, unknown>;
  return JSON.stringify({
    ...binding,
    rpcBaseUrl: `http://127.0.0.1:${options.grpcPort}`,
    maxGrpcMessageSizeInBytes: options.maxMessageSizeInBytes ?? defaultMaxMessageSize,
    grpcHttpClientTimeout: JSON.stringify('00:01:40'),
  });
}
