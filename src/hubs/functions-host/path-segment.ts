/** Values as segments of a path of the management API, which decodes them three times (spec/http-api.md 1, rule 3). */
import { DurascopeError } from '../../core/values/errors';

/** No spelling of these reaches the API as one segment: every client takes dots for steps in the path, every server a slash for its end. */
export function isSegment(text: string): boolean {
  return text !== '' && !/^\.{1,2}$/.test(text) && !text.includes('/');
}

export function segmentOf(text: string): string {
  const times = /[%+]/.test(text) ? 3 : 1;
  let segment = text;
  for (let n = 0; n < times; n++) segment = encodeURIComponent(segment);
  return segment;
}

/** `InvalidInstanceId` for what would reach something else. */
export function instanceSegment(instanceId: string): string {
  if (isSegment(instanceId)) return segmentOf(instanceId);
  throw new DurascopeError(
    'InvalidInstanceId',
    `The management API cannot be asked about an instance with the id '${instanceId}'.`,
  );
}
