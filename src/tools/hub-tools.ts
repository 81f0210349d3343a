import * as z from 'zod';
import { toHistoryRows } from '../core/history/history-rows';
import { charsOf, withShortTexts } from '../base/short-texts';
import type { HistoryEvent } from '../core/history/history';
import { causeTexts } from '../core/history/divergence';
import { rewindDoubt } from '../core/instances/rewind-doubt';
import { comparisonView } from '../core/instances/compare-runs';
import { forkChangeWords, parseForkChange } from '../core/instances/forks';
import type { InstanceRow } from '../core/instances/instance';
import { compareInstances } from '../core/ports/compare-instances';
import { failureChain } from '../core/ports/failure-chain';
import { historyInParts } from '../core/history/history-in-parts';
import { DurascopeError } from '../core/values/errors';
import { orchestrationStatusNumbers, type OrchestrationStatus } from '../core/values/status';
import { stepLines } from '../replay/step-lines';
import { hubTool, type HubTool, type ToolContext } from './hub-tool';
import { answerPayload, fitting, maxAnswerChars, maxAnswerText } from './tool-answer';

const maxRows = 500;
const firstRows = 50;
const statuses = Object.keys(orchestrationStatusNumbers) as [OrchestrationStatus, ...OrchestrationStatus[]];
const instanceId = z.string().min(1).describe('The id of the instance.');
const reason = z.string().optional().describe('Why, in words; kept in the history.');

const json = z.unknown().optional().describe('Any JSON value.');

const reading: readonly HubTool[] = [
  hubTool({
    name: 'list_instances',
    title: 'List instances',
    description:
      'Instances of orchestrations, the newest first, with status, custom status and the events that they wait for. Start here to find an instance id.',
    input: z.object({
      statuses: z.array(z.enum(statuses)).optional().describe('Only these; for instance ["Failed"].'),
      name: z.string().optional().describe('Only of this orchestrator.'),
      text: z.string().optional().describe('Part of the id or the name, without case.'),
      top: z.number().int().min(1).max(200).default(20),
      continuationToken: z.string().optional().describe('Of the answer before, for the next page.'),
    }),
    acts: false,
    async run({ hub }, { statuses: wanted, name, text, top, continuationToken }) {
      const page = await hub.query({
        entities: 'exclude',
        orderBy: 'createdTime',
        descending: true,
        pageSize: top,
        ...(wanted === undefined ? {} : { statuses: wanted }),
        ...(name === undefined ? {} : { names: [name] }),
        ...(text === undefined ? {} : { text }),
        ...(continuationToken === undefined ? {} : { continuationToken }),
      });
      return {
        counts: await hub.countByStatus({ entities: 'exclude' }),
        instances: page.instances.map(brief),
        ...(page.continuationToken === undefined ? {} : { continuationToken: page.continuationToken }),
      };
    },
  }),
  hubTool({
    name: 'get_instance',
    title: 'Show an instance',
    description:
      'One instance: status, input, output, custom status with every value it has had, and what it waits for right now.',
    input: z.object({ instanceId }),
    acts: false,
    async run({ hub }, { instanceId: id }) {
      const row = await known(hub, id);
      const [customStatusChanges, waitingFor] = await Promise.all([hub.customStatusChanges(id), hub.waitingFor(id)]);
      return {
        ...brief(row),
        input: answerPayload(row.input),
        output: answerPayload(row.output),
        executionId: row.executionId,
        historyLength: row.historyLength,
        customStatusChanges: customStatusChanges.map(({ at, value }) => ({ at, value: answerPayload(value) })),
        waitingFor,
      };
    },
  }),
  hubTool({
    name: 'get_history',
    title: 'Read a history table',
    description:
      'Rows of the history table of an instance, in the order of commit. `next`: there are more from this index on. Of a long payload only the beginning is told.',
    input: z.object({
      instanceId,
      from: z.number().int().min(0).default(0).describe('Index of the first row.'),
      count: z.number().int().min(1).max(maxRows).default(100),
    }),
    acts: false,
    async run({ hub }, { instanceId: id, from, count }) {
      const row = await known(hub, id);
      const events: HistoryEvent[] = [];
      let chars = 0;
      const read = (at: number, most: number): Promise<readonly HistoryEvent[]> => hub.history(id, at, most);
      const end = Math.min(row.historyLength, from + count);
      for await (const part of historyInParts(read, from, end, { first: firstRows, most: maxRows })) {
        for (const event of part) {
          const short = withShortTexts(event, maxAnswerText, { texts: 0 });
          chars += charsOf(short);
          if (events.length > 0 && chars > maxAnswerChars / 2) break;
          events.push(short);
        }
        if (chars > maxAnswerChars / 2) break;
      }
      const next = from + events.length;
      return {
        total: row.historyLength,
        from,
        rows: toHistoryRows(events, row.executionId, 'commit'),
        ...(next < row.historyLength ? { next } : {}),
      };
    },
  }),
  hubTool({
    name: 'explain_failure',
    title: 'Explain a failure',
    description:
      'Why an instance failed: the chain from the instance over its sub-orchestrations to the call that went wrong first, with messages, stacks, inputs and attempts. The last link is the root cause.',
    input: z.object({ instanceId }),
    acts: false,
    async run({ hub }, { instanceId: id }) {
      const row = await known(hub, id);
      const chain = await failureChain(hub, id);
      if (chain.length === 0) return { instanceId: id, runtimeStatus: row.runtimeStatus, failed: false, chain };
      const links = chain.map((link) => ({ ...link, input: answerPayload(link.input) }));
      return { instanceId: id, runtimeStatus: row.runtimeStatus, failed: true, rootCause: links.at(-1), chain: links };
    },
  }),
  hubTool({
    name: 'compare_instances',
    title: 'Compare two instances',
    description:
      'Two runs side by side: calls and events aligned, what differs, the first difference, outputs and custom statuses. For a fork, name its origin first.',
    input: z.object({ left: z.string().min(1).describe('An instance id.'), right: z.string().min(1).describe('Another one.') }),
    acts: false,
    async run({ hub }, { left, right }) {
      return comparisonView(await compareInstances(hub, left, right));
    },
  }),
  hubTool({
    name: 'list_functions',
    title: 'List functions',
    description: 'The functions of the app: orchestrators, activities, entities and triggers, with the files that register them.',
    input: z.object({}),
    acts: false,
    async run(context) {
      return { functions: (await context.functions()).filter(({ isBuiltIn }) => isBuiltIn !== true) };
    },
  }),
  hubTool({
    name: 'list_entities',
    title: 'List entities',
    description: 'Durable entities with their states.',
    input: z.object({
      name: z.string().optional().describe('Only of this entity function.'),
      top: z.number().int().min(1).max(200).default(50),
    }),
    acts: false,
    run: ({ hub }, { name, top }) =>
      hub.queryEntities({ pageSize: top, includeState: true, ...(name === undefined ? {} : { name }) }),
  }),
  hubTool({
    name: 'step_through_replay',
    title: 'Step through a replay',
    description:
      'Runs the orchestrator over its history again (nothing is committed, no activity runs) and tells every moment: the history rows that came in, what the code asked for then, the source line where it stood, its custom status; and where code and history part, with the likely cause. `next`: there are more steps from this index on.',
    input: z.object({ instanceId, from: z.number().int().min(0).default(0).describe('Index of the first step.') }),
    acts: false,
    run: (context, { instanceId: id, from }) =>
      replayed(context, id, async (timeline) => {
        const { divergence, notes } = timeline;
        const lines = await stepLines(timeline);
        const told = fitting(lines.slice(from));
        const next = from + told.length;
        return {
          functionName: timeline.functionName,
          replays: divergence === null,
          divergence: divergence === null ? null : { ...divergence, likelyCause: causeTexts[divergence.cause].title },
          steps: told,
          ...(next < lines.length ? { next } : {}),
          notes,
        };
      }),
  }),
  hubTool({
    name: 'read_variables',
    title: 'Read the variables of a moment',
    description: 'The variables of the orchestrator at one step of its replay, as step_through_replay numbers them.',
    input: z.object({
      instanceId,
      step: z.number().int().min(0).describe('Index of the step, from 0.'),
      frame: z.number().int().min(0).default(0).describe('0 is the innermost function.'),
    }),
    acts: false,
    run: (context, { instanceId: id, step, frame }) =>
      replayed(context, id, async (timeline) => {
        if (timeline.steps[step] === undefined) {
          throw new DurascopeError(
            'InvalidArgument',
            `The replay has ${timeline.steps.length} steps, from 0; there is no step ${step}.`,
          );
        }
        await timeline.complete?.(step);
        const scopes = await timeline.scopes(step, frame);
        const told = scopes.filter(({ expensive }) => !expensive);
        return {
          place: timeline.steps[step].frames[frame]?.place ?? null,
          scopes: await Promise.all(
            told.map(async ({ name, reference }) => ({
              name,
              variables: (await timeline.variables(reference)).map(({ name: variable, value, type }) => ({
                name: variable,
                value,
                type,
              })),
            })),
          ),
        };
      }),
  }),
];

const acting: readonly HubTool[] = [
  hubTool({
    name: 'start_orchestration',
    title: 'Start an orchestration',
    description: 'Starts an instance of an orchestrator and, with waitSeconds, waits for its end.',
    input: z.object({
      name: z.string().min(1).describe('Of the orchestrator.'),
      input: json,
      instanceId: z.string().optional().describe('Default: a new one.'),
      waitSeconds: z.number().min(0).max(300).default(0),
    }),
    acts: true,
    async run({ hub }, { name, input, instanceId: id, waitSeconds }) {
      const started = await hub.start({
        name,
        input: input === undefined ? null : JSON.stringify(input),
        ...(id === undefined ? {} : { instanceId: id }),
      });
      if (waitSeconds === 0) return { instanceId: started.instanceId };
      const row = await hub.waitForCompletion(started.instanceId, waitSeconds * 1000);
      return { ...brief(row), output: answerPayload(row.output) };
    },
  }),
  hubTool({
    name: 'fork_instance',
    title: 'Fork an instance',
    description:
      'What if: another run that begins in the middle of a recorded one with one thing changed, and runs on with the code as it is now. The instance itself stays as it is.',
    input: z.object({
      instanceId,
      row: z.number().int().min(1).describe('Where: a row of get_history, counted from 1.'),
      change: z
        .string()
        .optional()
        .describe(
          `What is changed there, one of: ${Object.values(forkChangeWords)
            .map(([form]) => form)
            .join('; ')}.`,
        ),
      dry: z.boolean().default(true).describe('Answer calls from the recorded run where name and input are the same.'),
      waitSeconds: z.number().int().min(0).max(60).default(10).describe('For its end, at most.'),
    }),
    acts: true,
    async run({ hub }, { instanceId: id, row, change, dry, waitSeconds }) {
      const { instanceId: forked } = await hub.fork(id, {
        row,
        change: change === undefined ? null : parseForkChange(change),
        ...(dry ? { dry: true } : {}),
      });
      const ended = await hub.waitForCompletion(forked, waitSeconds * 1000);
      return { ...brief(ended), output: answerPayload(ended.output), forkedFrom: ended.forkedFrom };
    },
  }),
  hubTool({
    name: 'raise_event',
    title: 'Raise an event',
    description: 'Raises an external event on an instance that waits for it (or will).',
    input: z.object({ instanceId, name: z.string().min(1).describe('Of the event; case counts.'), data: json }),
    acts: true,
    async run({ hub }, { instanceId: id, name, data }) {
      await hub.raiseEvent(id, name, data === undefined ? null : JSON.stringify(data));
      return { raised: name, instanceId: id };
    },
  }),
  ...(['terminate', 'suspend', 'resume', 'rewind'] as const).map((action) =>
    hubTool({
      name: `${action}_instance`,
      title: `${action.charAt(0).toUpperCase()}${action.slice(1)} an instance`,
      description: {
        terminate: 'Ends a running instance.',
        suspend: 'Holds a running instance until it is resumed.',
        resume: 'Lets a suspended instance go on.',
        rewind: 'Lets a failed instance do its failed calls again.',
      }[action],
      input: z.object({ instanceId, reason }),
      acts: true,
      async run({ hub }, { instanceId: id, reason: why }) {
        const row = action === 'rewind' ? await hub.get(id) : undefined;
        const doubt = row?.runtimeStatus === 'Failed' ? rewindDoubt(await hub.history(id), row.profile) : null;
        await hub[action](id, why ?? null);
        return { done: action, instanceId: id, ...(doubt === null ? {} : { warning: doubt }) };
      },
    }),
  ),
  hubTool({
    name: 'signal_entity',
    title: 'Signal an entity',
    description: 'Sends an operation to a durable entity; resolves when it is kept, not when it has run.',
    input: z.object({ entityId: z.string().describe('@name@key'), operation: z.string().min(1), input: json }),
    acts: true,
    async run({ hub }, { entityId, operation, input }) {
      await hub.signalEntity(entityId, operation, { input: input === undefined ? null : JSON.stringify(input) });
      return { signaled: operation, entityId };
    },
  }),
];

/** Those that change something only where that is allowed. */
export function hubTools(allowActions: boolean): readonly HubTool[] {
  return allowActions ? [...reading, ...acting] : reading;
}

async function replayed(
  context: ToolContext,
  id: string,
  look: (timeline: Awaited<ReturnType<ToolContext['openReplay']>>) => Promise<unknown>,
): Promise<unknown> {
  const timeline = await context.openReplay(id);
  try {
    return await look(timeline);
  } finally {
    await timeline.dispose();
  }
}

async function known(hub: ToolContext['hub'], id: string): Promise<InstanceRow> {
  const row = await hub.get(id);
  if (row !== undefined) return row;
  throw new DurascopeError('InstanceNotFound', `There is no instance '${id}'. list_instances tells the ids.`);
}

function brief(row: InstanceRow): Record<string, unknown> {
  return {
    instanceId: row.instanceId,
    name: row.name,
    runtimeStatus: row.runtimeStatus,
    customStatus: answerPayload(row.customStatus),
    createdTime: row.createdTime,
    lastUpdatedTime: row.lastUpdatedTime,
    ...(row.parentInstanceId === null ? {} : { parentInstanceId: row.parentInstanceId }),
    ...(row.awaitedEvents.length === 0 ? {} : { awaitedEvents: row.awaitedEvents }),
    ...(row.stuck === undefined ? {} : { stuck: row.stuck }),
  };
}
