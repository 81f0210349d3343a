/**
 * The functions panel's messages: it sends `ready`, the host answers with `connection` and `functions`, and with new `functions` whenever the
 * code or the hub has changed (at most twice a second).
 */
import * as z from 'zod';
import { actionResult, commonRequests, connectionState, sourceLocation } from './panel-values';

const text = z.string();
const count = z.number().int().nonnegative();

/** `event`: its name, between whoever raises it and whoever waits for it. */
export const functionKinds = ['http', 'timer', 'other', 'orchestrator', 'activity', 'entity', 'event'] as const;
const functionKind = z.enum(functionKinds);
export type FunctionKind = z.infer<typeof functionKind>;

/**
 * Of an orchestrator its instances in the hub; of an activity, an entity and an event the calls in the histories that were read, where
 * `running` has no answer yet.
 */
const callCounts = z.object({ total: count, running: count, failed: count });
export type CallCounts = z.infer<typeof callCounts>;

const functionNode = z.object({
  /** Unique in the graph. */
  id: text,
  kind: functionKind,
  name: text,
  /** Of a trigger: its route or schedule; empty where there is nothing to say. */
  detail: text,
  location: sourceLocation.nullable(),
  counts: callCounts.nullable(),
  /** It calls something under a name that is computed, and where. */
  computed: z.array(sourceLocation),
  /** Called, and not among the app's functions. Only where these are known. */
  isMissing: z.boolean(),
});
export type FunctionNode = z.infer<typeof functionNode>;

export const edgeKinds = ['call', 'child', 'entity', 'signal', 'start', 'awaits', 'raises'] as const;

const functionEdge = z.object({
  from: text,
  to: text,
  kind: z.enum(edgeKinds),
  /** Where the code says so; empty: only histories do. */
  locations: z.array(sourceLocation),
  /** Calls in the histories that were read. */
  count,
});
export type FunctionEdge = z.infer<typeof functionEdge>;

export const functionsSnapshot = z.object({
  type: z.literal('functions'),
  now: text,
  /** Of the app or hub, for the title. */
  app: text,
  nodes: z.array(functionNode),
  edges: z.array(functionEdge),
  /** Whether code could be read here; false: all edges are out of histories. */
  hasCode: z.boolean(),
  /** Instances whose histories were read, the ones last updated, and all that there are. */
  instancesRead: count,
  instances: count,
});
export type FunctionsSnapshot = z.infer<typeof functionsSnapshot>;

export const toFunctionsPanel = z.discriminatedUnion('type', [connectionState, functionsSnapshot, actionResult]);
export type ToFunctionsPanel = z.infer<typeof toFunctionsPanel>;

export const fromFunctionsPanel = z.discriminatedUnion('type', [
  ...commonRequests,
  z.object({ type: z.literal('startInstance'), name: text.exactOptional() }),
  /** The list of the instances of an orchestrator. */
  z.object({ type: z.literal('showInstances'), name: text }),
]);
export type FromFunctionsPanel = z.infer<typeof fromFunctionsPanel>;
