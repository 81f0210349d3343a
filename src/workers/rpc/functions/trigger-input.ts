/** What a function is told whose trigger does not run here: of a queue, an event, a blob (spec/functionrpc-workers.md 4). */
import { newUuid } from '../../../base/new-uuid';
import type { TypedData as PlainData } from '../../supervision/rpc-values';
import { messageOfInput, triggerData } from '../../supervision/trigger-data';
import { withProperties } from '../../supervision/trigger-properties';
import type { ModelBindingData, TypedData } from '../../../wire/generated/function-rpc';
import { blobPlace, type HandedBlobs } from './handed-blobs';
import type { Binding, LoadedFunction } from './loaded-function';
import { json, nothing, propertiesSent, text } from './values';

type Metadata = Readonly<Record<string, unknown>>;

export interface TriggerInput {
  data: TypedData;
  triggerMetadata: Record<string, TypedData>;
  /** To be called when the function has ended. */
  done: () => void;
}

/** The host looks for properties in texts alone: a blob and a timer are none. `blobs`: null where the process was told of none. */
export function triggerInput(
  { descriptor, trigger }: LoadedFunction,
  input: string | null,
  metadata: Metadata,
  blobs: HandedBlobs | null,
): TriggerInput {
  const triggerMetadata: Record<string, TypedData> = {};
  for (const [name, value] of Object.entries(metadata)) {
    triggerMetadata[name] = typeof value === 'string' ? text(value) : json(value === undefined ? 'null' : JSON.stringify(value));
  }
  const plain = triggerData(trigger, input);
  const deferred = deferredBinding(trigger, input, plain, metadata, blobs);
  const data = deferred === null ? sent(plain) : bound(deferred.binding);
  const isText = descriptor.type !== 'timer' && plain.bytes == null;
  return {
    data,
    triggerMetadata: withProperties(triggerMetadata, isText ? propertiesSent(input) : {}),
    done: deferred?.take ?? (() => undefined),
  };
}

/**
 * A parameter of a type of Azure's own (`QueueMessage`, `BinaryData`, `BlobClient`, and `Stream` of a blob) is made by the worker, from the whole
 * message or from where the blob is. Null: it is not, or only its service can tell what it is made of, and the worker has bytes or a text.
 */
function deferredBinding(
  { type, path, properties }: Binding,
  input: string | null,
  { bytes }: PlainData,
  metadata: Metadata,
  blobs: HandedBlobs | null,
): { binding: ModelBindingData; take?: () => void } | null {
  if (input === null || !supportsDeferred(properties)) return null;
  if (/^queueTrigger$/i.test(type)) {
    const content = Buffer.from(JSON.stringify(queueMessage(input, metadata)));
    return { binding: { version: '1.0', source: 'AzureStorageQueues', contentType: 'application/json', content } };
  }
  if (/^blobTrigger$/i.test(type) && bytes != null) return blobs?.hand(blobPlace(path, metadata), Buffer.from(bytes)) ?? null;
  return null;
}

function supportsDeferred(properties: unknown): boolean {
  if (typeof properties !== 'object' || properties === null) return false;
  return Object.entries(properties).some(
    ([name, value]) => /^supportsDeferredBinding$/i.test(name) && /^true$/i.test(String(value)),
  );
}

/** As the host writes a message; what the metadata of a queue's trigger say of it is so. */
function queueMessage(input: string, metadata: Metadata): Record<string, unknown> {
  const given = new Map(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
  const textOf = (name: string, other: string): string => {
    const value = given.get(name);
    return typeof value === 'string' ? value : other;
  };
  const timeOf = (member: string, name: string): Record<string, string> => {
    const value = given.get(name);
    const time = typeof value === 'string' ? new Date(value) : null;
    return time === null || Number.isNaN(time.getTime()) ? {} : { [member]: time.toISOString() };
  };
  const count = Number(given.get('dequeuecount') ?? 1);
  return {
    MessageId: textOf('id', newUuid()),
    PopReceipt: textOf('popreceipt', ''),
    MessageText: messageOfInput(input),
    Body: {},
    ...timeOf('NextVisibleOn', 'nextvisibletime'),
    ...timeOf('InsertedOn', 'insertiontime'),
    ...timeOf('ExpiresOn', 'expirationtime'),
    DequeueCount: Number.isSafeInteger(count) && count >= 0 ? count : 1,
  };
}

function bound(value: ModelBindingData): TypedData {
  return { data: { $case: 'modelBindingData', value } };
}

function sent({ string, json: object, bytes, collectionBytes, collectionString }: PlainData): TypedData {
  if (typeof string === 'string') return text(string);
  if (typeof object === 'string') return json(object);
  if (bytes != null) return { data: { $case: 'bytes', value: Buffer.from(bytes) } };
  if (collectionBytes != null) return { data: { $case: 'collectionBytes', value: collectionBytes as { bytes: Buffer[] } } };
  if (collectionString != null) return { data: { $case: 'collectionString', value: collectionString as { string: string[] } } };
  return nothing;
}
