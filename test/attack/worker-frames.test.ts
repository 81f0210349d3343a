/**
 * Frames as a hostile process could send them, at the parent's reader and its check of messages: whatever comes, nothing throws, and what
 * is let through has the form that the engine relies on. `ATTACK_SEED` runs one seed again, `ATTACK_RUNS` as many cases as wanted.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkOutcome } from '../../src/core/turns/outcome-checks';
import type { EpisodeOutcome } from '../../src/core/ports/function-worker';
import { childMessageProblem, requestOf } from '../../src/workers/node/wire/child-messages';
import { FrameReader, type Framed } from '../../src/workers/node/wire/frames';
import { parameters } from './attack-parameters';

const frame = (json: Buffer, binary: Buffer, jsonBytes = json.length, binaryBytes = binary.length): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(jsonBytes >>> 0, 0);
  head.writeUInt32LE(binaryBytes >>> 0, 4);
  return Buffer.concat([head, json, binary]);
};

/** A message of the right form, to be bent. */
const texts = fc.oneof(
  fc.string(),
  fc.constantFrom('', 'a', '@e@k', '2024-01-01T00:00:00.0000000Z', 'Completed', 'Failed', '{}'),
);
const decision = fc.oneof(
  fc.record({ type: fc.constant('ScheduleTask'), id: fc.nat(), name: texts, input: fc.option(texts) }),
  fc.record({ type: fc.constant('CreateTimer'), id: fc.nat(), fireAt: fc.constant('2024-01-01T00:00:00.0000000Z') }),
  fc.record({
    type: fc.constant('CreateSubOrchestration'),
    id: fc.nat(),
    name: texts,
    instanceId: texts,
    input: fc.option(texts),
  }),
  fc.record({ type: fc.constant('SendEvent'), id: fc.nat(), instanceId: texts, name: texts, input: fc.option(texts) }),
  fc.record({
    type: fc.constant('CompleteOrchestration'),
    id: fc.nat(),
    status: fc.constantFrom('Completed', 'Failed', 'Terminated', 'ContinuedAsNew'),
    result: fc.option(texts),
  }),
);
const error = fc.record({ name: texts, message: texts, stack: texts });
const activityOutcome = fc.oneof(
  fc.record({ ok: fc.constant(true), result: fc.option(texts) }),
  fc.record({ ok: fc.constant(false), reason: texts, details: texts }),
);
/** With so many steps that have followed, at most. */
function outcome(steps: number): fc.Arbitrary<unknown> {
  const parts = {
    decisions: fc.array(decision, { maxLength: 4 }),
    customStatus: fc.option(texts),
    awaitedEvents: fc.array(texts, { maxLength: 3 }),
  };
  if (steps === 0) return fc.record(parts);
  const next = fc.record({ at: texts, outcome: outcome(steps - 1) });
  const end = fc.record({ outcome: activityOutcome, next });
  const begun = { id: fc.integer({ min: -3, max: 1 }), taskId: fc.nat(), name: texts, end };
  return fc.record(
    { ...parts, begun: fc.record(begun, { requiredKeys: ['id', 'taskId', 'name'] }) },
    { requiredKeys: ['decisions', 'customStatus', 'awaitedEvents'] },
  );
}
const message = fc.oneof(
  fc.record({ type: fc.constant('episodeDone'), id: fc.nat(), outcome: fc.option(outcome(2)) }),
  fc.record({ type: fc.constant('activityDone'), id: fc.nat(), outcome: activityOutcome }),
  fc.record({
    type: fc.constant('entityDone'),
    id: fc.nat(),
    outcome: fc.record({
      state: fc.option(texts),
      results: fc.array(fc.record({ ok: fc.boolean(), result: fc.option(texts), message: texts }), { maxLength: 3 }),
      actions: fc.array(
        fc.record({ type: fc.constant('SendSignal'), instanceId: texts, operation: texts, input: fc.option(texts) }),
        {
          maxLength: 2,
        },
      ),
    }),
  }),
  fc.record({ type: fc.constant('log'), level: fc.constantFrom('debug', 'error'), category: texts, message: texts }),
  fc.record({ type: fc.constant('failed'), id: fc.nat(), error }),
  fc.record({ type: fc.constant('encodedDone'), id: fc.nat(), outcome: fc.record({ ok: fc.constant(true), answer: texts }) }),
  fc.record({ type: fc.constant('httpDone'), id: fc.nat(), response: fc.constant(null), outputs: fc.constant([]) }),
  fc.record({ type: fc.constant('fatal'), message: texts, running: fc.array(texts, { maxLength: 2 }) }),
  fc.record({ type: fc.constantFrom('pong', 'hello', 'ready', 'loadFailed', 'replayed', 'leaving') }),
);

const junk = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, 0, -1, 1.5, 1e300, '', 'x', [], {}, [[]], [null], { length: 3 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Somewhere inside, something else. */
function bend(value: unknown, path: readonly number[], by: unknown): unknown {
  const [at, ...rest] = path;
  if (at === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.map((item, index) => (index === at % Math.max(1, items.length) ? bend(item, rest, by) : item));
  }
  const names = Object.keys(value);
  const name = names[at % Math.max(1, names.length)];
  return name === undefined ? by : { ...value, [name]: bend((value as Record<string, unknown>)[name], rest, by) };
}
const bent = fc
  .tuple(message, fc.array(fc.nat({ max: 9 }), { maxLength: 5 }), junk)
  .map(([value, path, by]) => bend(value, path, by));

/** What goes on to the engine may be used as what it says it is. */
function use(value: Record<string, unknown>): void {
  if (value['type'] === 'episodeDone' && value['outcome'] !== null) {
    const outcome = value['outcome'] as EpisodeOutcome;
    checkOutcome(outcome, { name: 'f', newEvents: [], customStatus: null, nextId: 0 });
    assert(outcome.awaitedEvents.every((name) => typeof name === 'string'));
    for (const each of outcome.decisions) assert(Number.isSafeInteger(each.id));
  }
  if (value['type'] === 'log') assert.equal(typeof value['message'], 'string');
  if (value['type'] === 'activityDone') assert(requestOf(value) !== null);
}

describe('frames from a hostile process', function () {
  this.timeout(0);

  it('of bent messages: each is understood or refused in words', () => {
    fc.assert(
      fc.property(fc.oneof(message, bent, junk), (value) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
        // As it comes out of JSON.
        const parsed = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
        const problem = childMessageProblem(parsed);
        if (problem === null) use(parsed);
        else assert(problem.length > 3);
      }),
      parameters(200_000),
    );
  });

  it('of any bytes, cut anywhere: they are heard or refused once, and nothing is kept of them', () => {
    const lists = fc
      .array(fc.oneof<fc.Arbitrary<unknown>[]>(message, bent, junk), { maxLength: 4 })
      .map((list) => Buffer.from(JSON.stringify(list), 'utf8'));
    const json = fc.oneof(
      lists,
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
    );
    const section = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
    const lie = fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -9, max: 9 }) },
      { weight: 1, arbitrary: fc.integer() },
    );
    const whole = fc
      .tuple(json, section, lie, lie)
      .map(([text, binary, more, also]) => frame(text, binary, text.length + more, binary.length + also));
    const stream = fc.oneof(
      fc.array(whole, { maxLength: 4 }).map((frames) => Buffer.concat(frames)),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 30 }), { maxLength: 6 }), (bytes, cuts) => {
        let refusals = 0;
        const reader = new FrameReader<Framed>(
          (heard, body) => {
            assert.equal(refusals, 0, 'nothing is heard after a refusal');
            assert(typeof heard === 'object' && !Array.isArray(heard));
            assert(body === null || body.length === heard.bytes);
            childMessageProblem(heard as Record<string, unknown>);
          },
          (reason) => {
            refusals++;
            assert(reason.length > 3);
          },
        );
        let at = 0;
        for (const cut of cuts) {
          reader.push(bytes.subarray(at, at + cut));
          at = Math.min(bytes.length, at + cut);
        }
        reader.push(bytes.subarray(at));
        reader.push(frame(Buffer.from('[]'), Buffer.alloc(0)));
        assert(refusals <= 1);
      }),
      parameters(200_000),
    );
  });
});
