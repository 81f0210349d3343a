/** What all of Durascope's own endpoints under `/durascope` share: where they are, and the values in their messages. */
import { isJson } from '../../base/is-json';
import { orchestrationStatusNumbers, type OrchestrationStatus } from '../../core/values/status';
import * as z from 'zod';

export const durascopePath = '/durascope';
/** First block of the event stream, a comment: from here on nothing is missed. */
export const listeningComment = 'listening';

const statusNames = Object.keys(orchestrationStatusNumbers) as [OrchestrationStatus, ...OrchestrationStatus[]];
export const statusSchema = z.enum(statusNames);
export const tagsSchema = z.record(z.string(), z.string());
export const timestamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/, 'a time such as 2024-01-01T00:00:00.0000000Z');
/** JSON as text, or null for none. */
export const payload = z
  .string()
  .nullable()
  .refine((text) => text === null || isJson(text), 'JSON text');
