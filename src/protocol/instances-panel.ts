/**
 * The instances panel's messages: the panel asks for pages, counts and histograms, the host announces what changed.
 *
 *   Q1. Answers carry the `requestId` of their question; a panel drops answers to questions it no longer asks.
 *   Q2. `changed` comes at most once per 100 ms. It carries the changed rows when they are few; otherwise `stale: true`, and the
 *       panel asks again for what it shows.
 */
import * as z from 'zod';
import { instanceOrders } from '../core/instances/instance-search';
import {
  actionResult,
  capabilities,
  commonRequests,
  connectionState,
  instanceAction,
  instanceSummary,
  orchestrationStatus,
} from './panel-values';

const text = z.string();
const count = z.number().int().nonnegative();

/** The filters of `InstanceQuery`, field by field. */
export const instanceFilter = z.object({
  text: text.exactOptional(),
  instanceIdPrefix: text.exactOptional(),
  names: z.array(text).exactOptional(),
  statuses: z.array(orchestrationStatus).exactOptional(),
  rootsOnly: z.boolean().exactOptional(),
  entities: z.enum(['include', 'exclude', 'only']).exactOptional(),
  createdTimeFrom: text.exactOptional(),
  createdTimeTo: text.exactOptional(),
  lastUpdatedFrom: text.exactOptional(),
  lastUpdatedTo: text.exactOptional(),
});
export type InstanceFilter = z.infer<typeof instanceFilter>;

export const instanceOrder = z.object({
  orderBy: z.enum(instanceOrders),
  descending: z.boolean(),
});
export type InstanceOrder = z.infer<typeof instanceOrder>;

const countsByStatus = z.partialRecord(orchestrationStatus, count);
export type CountsByStatus = z.infer<typeof countsByStatus>;

/** What bulk actions are done to: chosen rows, or all that a filter lets through. */
export const bulkTarget = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ids'), instanceIds: z.array(text).min(1) }),
  z.object({ type: z.literal('filter'), filter: instanceFilter }),
]);
export type BulkTarget = z.infer<typeof bulkTarget>;

export const instancesHello = z.object({
  type: z.literal('hello'),
  now: text,
  capabilities,
  /** Orchestrator names of the app, for the filter. */
  names: z.array(text),
  /** Two instances can be shown side by side. */
  canCompare: z.boolean().exactOptional(),
  /** Name of the app or hub, for the title. */
  hub: text,
  /** A filter to begin with (opened from a CodeLens or a tree group); absent: keep what the panel remembers. */
  filter: instanceFilter.exactOptional(),
});

export const instancesPage = z.object({
  type: z.literal('page'),
  requestId: count,
  now: text,
  instances: z.array(instanceSummary),
  continuationToken: text.exactOptional(),
  /** The page is in this order, as the hub has no other for so many. */
  orderedBy: z.literal('instanceId').exactOptional(),
});
export type InstancesPage = z.infer<typeof instancesPage>;

/** By status over all that the filter lets through, the filter's own `statuses` left aside. */
export const instancesCounts = z.object({
  type: z.literal('counts'),
  requestId: count,
  byStatus: countsByStatus,
  /** Of a part: more are being counted, or the counting has ended before its time. */
  part: z.enum(['counting', 'stopped']).exactOptional(),
});

/** Instances by creation time. Bucket `i` spans `from + i * widthMs` to the next; the last one includes its end. */
export const instancesHistogram = z.object({
  type: z.literal('histogram'),
  requestId: count,
  from: text,
  widthMs: z.number().positive(),
  buckets: z.array(countsByStatus),
});
export type InstancesHistogram = z.infer<typeof instancesHistogram>;

export const instancesChanged = z.object({
  type: z.literal('changed'),
  now: text,
  rows: z.array(instanceSummary),
  purged: z.array(text),
  stale: z.boolean(),
});

export const toInstancesPanel = z.discriminatedUnion('type', [
  connectionState,
  instancesHello,
  instancesPage,
  instancesCounts,
  instancesHistogram,
  instancesChanged,
  actionResult,
]);
export type ToInstancesPanel = z.infer<typeof toInstancesPanel>;

export const fromInstancesPanel = z.discriminatedUnion('type', [
  ...commonRequests,
  z.object({
    type: z.literal('queryPage'),
    requestId: count,
    filter: instanceFilter,
    order: instanceOrder,
    pageSize: z.number().int().min(1).max(10_000),
    continuationToken: text.exactOptional(),
  }),
  z.object({ type: z.literal('queryCounts'), requestId: count, filter: instanceFilter }),
  z.object({ type: z.literal('stopCounting') }),
  /** The filter's created times are the range; where one is absent, the oldest or newest instance stands for it. */
  z.object({
    type: z.literal('queryHistogram'),
    requestId: count,
    filter: instanceFilter,
    buckets: z.number().int().min(1).max(200),
  }),
  z.object({ type: z.literal('act'), requestId: count, action: instanceAction, target: bulkTarget, reason: text.nullable() }),
  /** Both side by side; the first is the left one. */
  z.object({ type: z.literal('compare'), instanceIds: z.tuple([text, text]) }),
  /** Opens the editor's own dialog for starting an instance. */
  z.object({ type: z.literal('startInstance'), name: text.exactOptional() }),
]);
export type FromInstancesPanel = z.infer<typeof fromInstancesPanel>;
