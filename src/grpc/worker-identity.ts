import type { Metadata } from '@grpc/grpc-js';
import type { ClientKind } from './client-calls';
import type { WorkerIdentity } from './worker-stream';

const languages: readonly [sign: RegExp, language: string][] = [
  [/grpc-node/i, 'JavaScript'],
  [/grpc-python/i, 'Python'],
  [/grpc-java/i, 'Java'],
  [/grpc-go/i, 'Go'],
  [/grpc-dotnet|grpc-c#/i, '.NET'],
];

/** Who calls, by the headers that gRPC libraries and SDKs send (spec/grpc.md 0.1). */
export function workerIdentity(metadata: Metadata): WorkerIdentity {
  const agent = text(metadata, 'user-agent') ?? '';
  const sdk = text(metadata, 'x-user-agent');
  const language = languages.find(([sign]) => sign.test(agent))?.[1] ?? (agent.split(/[/ ]/)[0] || 'unknown');
  return { language, sdk: sdk === null ? null : sdk.replace(/\s*\(.*$/, ''), workerId: text(metadata, 'workerid') };
}

/** .NET's Durable Functions has a header of its own (spec/grpc.md 5.3). */
export function hubName(metadata: Metadata): string | null {
  return text(metadata, 'taskhub') ?? text(metadata, functionsHub);
}

export function clientKind(metadata: Metadata): ClientKind {
  const isFunctions =
    text(metadata, 'x-user-agent')?.startsWith('durable-functions/') === true || text(metadata, functionsHub) !== null;
  return isFunctions ? 'functions' : 'sdk';
}

/** Durascope looks at hubs that are there: a name that was mistyped makes none. */
export function isOnlooker(metadata: Metadata): boolean {
  return text(metadata, 'x-user-agent') === onlookerAgent;
}

export const onlookerAgent = 'durascope';
const functionsHub = 'durable-taskhub';

function text(metadata: Metadata, header: string): string | null {
  const value = metadata.get(header)[0];
  return value === undefined || value === '' ? null : String(value);
}
