/** Times and statuses of the history in the protocol's form, and back. */
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../core/values/status';
import { toTimestamp } from '../core/values/time';
import type { OrchestrationStatus as ProtoStatus } from '../wire/generated/task-hub-sidecar';
import type { Timestamp } from '../wire/generated/google/protobuf/timestamp';

let lastText = '';
let lastTime: Timestamp = { seconds: 0, nanos: 0 };

/** `text` is a time of the history. The object is shared: do not change it. */
export function protoTime(text: string): Timestamp {
  if (text === lastText) return lastTime;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return { seconds: 0, nanos: 0 };
  const seconds = Math.floor(ms / 1000);
  // All seven digits where they are there: a fire time comes back as it was sent.
  const fraction = text.length === 28 ? Number(text.slice(20, 27)) * 100 : (ms - seconds * 1000) * 1_000_000;
  lastTime = { seconds, nanos: fraction };
  lastText = text;
  return lastTime;
}

/** Latest time that the history's form can say. */
const maxSeconds = 253_402_300_799;

export function historyTime({ seconds, nanos }: Timestamp): string {
  const whole = Math.min(Math.max(seconds, 0), maxSeconds);
  const text = toTimestamp(whole * 1000);
  const ticks = Math.min(Math.floor(nanos / 100), 9_999_999);
  return ticks <= 0 ? text : `${text.slice(0, 20)}${String(ticks).padStart(7, '0')}Z`;
}

const names = Object.keys(orchestrationStatusNumbers) as OrchestrationStatus[];

export function protoStatus(status: OrchestrationStatus): ProtoStatus {
  return orchestrationStatusNumbers[status];
}

export function coreStatus(status: ProtoStatus): OrchestrationStatus | undefined {
  return names.find((name) => orchestrationStatusNumbers[name] === status);
}
