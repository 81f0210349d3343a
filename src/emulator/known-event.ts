/** Events of an emulator in another process, perhaps of another version. */
import * as z from 'zod';
import { appProblemSchema, clockStateSchema } from '../http/protocol/emulator';
import type { EmulatorEvent } from './emulator-types';

const workerEvent = z.enum(['workerStarting', 'workerReady', 'workerExited', 'workerReloading']);
const emulatorEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('functionsChanged') }),
  z.object({ type: z.literal('connectedWorkersChanged') }),
  z.object({
    type: z.literal('storeNote'),
    severity: z.enum(['warning', 'information']),
    functionName: z.string(),
    instanceId: z.string(),
    message: z.string(),
  }),
  z.object({ type: workerEvent, message: z.string().exactOptional(), pid: z.number().exactOptional() }),
  z.object({
    type: z.literal('appError'),
    message: z.string(),
    file: z.string().exactOptional(),
    line: z.number().exactOptional(),
    problems: z.array(appProblemSchema).exactOptional(),
  }),
  z.object({ type: z.literal('clockChanged'), clock: clockStateSchema }),
  z.object({ type: z.literal('appProblems'), problems: z.array(appProblemSchema) }),
]);

/** As one that is known here; undefined for any other, which is left aside. */
export function knownEvent(event: unknown): EmulatorEvent | undefined {
  const known = emulatorEvent.safeParse(event);
  return known.success ? known.data : undefined;
}
