/**
 * The form of what the process with user code says. Its code can reach the socket and everything that is written to it, so nothing is
 * taken on trust: the hot messages are checked by hand, those that come once or rarely by schemas.
 */
import * as z from 'zod';
import {
  activityOutcomeProblem,
  entityOutcomeProblem,
  episodeOutcomeProblem,
  isAbsentOr,
  isObject,
} from '../../supervision/outcome-form';
import type { ChildMessage } from './messages';

/** What answers a request: those have its `id`. */
export type Answer = Extract<ChildMessage, { id: number }>;

const levels: readonly unknown[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];
const place = { file: z.string().optional(), line: z.int().optional() };

const problems = z.array(
  z.object({
    ...place,
    severity: z.enum(['error', 'warning']),
    message: z.string(),
    column: z.int().optional(),
    source: z.string(),
    code: z.string().optional(),
  }),
);
const outputs = z.array(z.object({ name: z.string(), bindingType: z.string(), value: z.unknown() }));
const schemas: Readonly<Record<string, z.ZodType>> = {
  hello: z.object({ token: z.string(), pid: z.int().min(1), nodeVersion: z.string(), inspected: z.boolean() }),
  ready: z.object({
    functions: z.array(
      z.object({
        ...place,
        name: z.string().min(1),
        type: z.enum(['orchestrator', 'activity', 'entity', 'http', 'timer', 'other']),
        triggerType: z.string(),
        route: z.string().optional(),
        methods: z.array(z.string()).optional(),
        authLevel: z.string().optional(),
        schedule: z.string().optional(),
        runOnStartup: z.boolean().optional(),
        useMonitor: z.boolean().optional(),
        hasDurableClient: z.boolean().optional(),
        profile: z.enum(['A', 'G']).optional(),
        isBuiltIn: z.boolean().optional(),
      }),
    ),
    httpUri: z.string().optional(),
    canRehearse: z.boolean().optional(),
    runsTypeScript: z.boolean().optional(),
    outside: z.array(z.string()).optional(),
    warnings: z.array(z.string()),
    problems,
  }),
  loadFailed: z.object({ ...place, message: z.string(), problems: problems.optional(), outside: z.array(z.string()).optional() }),
  fatal: z.object({ message: z.string(), running: z.array(z.string()) }),
  leaving: z.object({
    code: z.int(),
    ...place,
    running: z.object({ functionName: z.string(), instanceId: z.string().optional() }).nullable(),
  }),
  encodedDone: z.object({
    outcome: z.union([
      z.object({ ok: z.literal(true), answer: z.string() }),
      z.object({ ok: z.literal(true), answer: z.null(), returned: z.string() }),
      z.object({ ok: z.literal(false), error: z.object({ name: z.string(), message: z.string(), stack: z.string() }) }),
    ]),
  }),
  httpDone: z.object({
    response: z.object({ status: z.int().min(200).max(599), headers: z.array(z.tuple([z.string(), z.string()])) }).nullable(),
    outputs,
  }),
  invoked: z.object({ result: z.string().nullable(), outputs }),
  failed: z.object({ error: z.object({ name: z.string(), message: z.string(), stack: z.string() }) }),
  replayed: z.object({ value: z.unknown() }),
  replayRefused: z.object({
    code: z.enum(['InvalidArgument', 'UnknownFunction', 'NotSupported', 'AppInvalid', 'Stopped', 'WorkerExited']),
    message: z.string(),
  }),
};

/** What is wrong with a message, or null: then it is a `ChildMessage`. */
export function childMessageProblem(message: Readonly<Record<string, unknown>>): string | null {
  const { type } = message;
  switch (type) {
    case 'pong':
      return null;
    case 'log':
      return logProblem(message);
    case 'episodeDone':
      return idProblem(message) ?? (message['outcome'] === null ? null : sentOutcomeProblem(message['outcome']));
    case 'activityDone':
      return idProblem(message) ?? activityOutcomeProblem(message['outcome']) ?? nextProblem(message['next'] ?? null);
    case 'ahead':
      return stepProblem(message);
    case 'entityDone':
      return idProblem(message) ?? entityOutcomeProblem(message['outcome']);
    default:
  }
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type)) return 'it is of no known type';
  const result = schemas[type]?.safeParse(message);
  if (result?.success !== true) {
    const issue = result?.error.issues[0];
    return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`.trim();
  }
  return isUnanswering.has(type) || (type === 'failed' && isOwnId(message['id'])) ? null : idProblem(message);
}

const isUnanswering: ReadonlySet<string> = new Set(['hello', 'ready', 'loadFailed', 'fatal', 'leaving']);

function stepProblem({ id, outcome, next }: Readonly<Record<string, unknown>>): string | null {
  if (!isOwnId(id)) return 'it has no number';
  return activityOutcomeProblem(outcome) ?? nextProblem(next);
}

function nextProblem(next: unknown): string | null {
  if (next === null) return null;
  return isObject(next) && typeof next['at'] === 'string' ? sentOutcomeProblem(next['outcome']) : 'the step has no time';
}

/** Steps in one message, at most: what takes them follows one by the other. */
const mostSteps = 500;

function sentOutcomeProblem(sent: unknown): string | null {
  let outcome = sent;
  for (let steps = 0; steps < mostSteps; steps++) {
    const problem = episodeOutcomeProblem(outcome);
    if (problem !== null || !isObject(outcome)) return problem;
    const { endedAt, begun } = outcome;
    if (!isAbsentOr(endedAt, 'string')) return 'the end of the episode is no time';
    if (begun === undefined) return null;
    if (!isObject(begun) || !isOwnId(begun['id']) || typeof begun['taskId'] !== 'number' || typeof begun['name'] !== 'string')
      return 'what was begun is not said';
    const { end } = begun;
    if (end === undefined) return null;
    if (!isObject(end)) return 'the end of what was begun is missing';
    const { next } = end;
    const wrong = activityOutcomeProblem(end['outcome']);
    if (wrong !== null) return wrong;
    if (!isObject(next) || typeof next['at'] !== 'string') return 'the step has no time';
    outcome = next['outcome'];
  }
  return 'there are too many steps in it';
}

function isOwnId(id: unknown): boolean {
  return typeof id === 'number' && Number.isSafeInteger(id) && id < 0;
}

function idProblem({ id }: Readonly<Record<string, unknown>>): string | null {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? null : 'it has no number';
}

function logProblem(message: Readonly<Record<string, unknown>>): string | null {
  return levels.includes(message['level']) &&
    typeof message['category'] === 'string' &&
    typeof message['message'] === 'string' &&
    isAbsentOr(message['functionName'], 'string') &&
    isAbsentOr(message['instanceId'], 'string') &&
    isAbsentOr(message['invocationId'], 'string') &&
    isAbsentOrPlace(message['place'])
    ? null
    : 'the line of the log is of another form';
}

function isAbsentOrPlace(value: unknown): boolean {
  if (value === undefined) return true;
  return (
    isObject(value) && typeof value['file'] === 'string' && Number.isInteger(value['line']) && Number.isInteger(value['column'])
  );
}

/** The number of the request that a message, of whatever form, is for; null when it has none. */
export function requestOf(message: unknown): number | null {
  return isObject(message) && typeof message['id'] === 'number' ? message['id'] : null;
}
