import * as z from 'zod';
import type { InstanceReplays } from '../../core/ports/instance-replays';
import { idToSegment } from '../id-in-path';
import type { EmulatorCall } from './http-connected-replays';

const openedSchema = z.object({ id: z.string(), overview: z.unknown() });

/** Replays of an emulator's instances, which it runs itself. */
export class HttpInstanceReplays implements InstanceReplays {
  constructor(private readonly call: EmulatorCall) {}

  open(instanceId: string): Promise<{ id: string; overview: unknown }> {
    return this.call(openedSchema, 'POST', `/instances/${idToSegment(instanceId)}/replay`, {});
  }

  moment(id: string, step: number): Promise<unknown> {
    return this.call(z.unknown(), 'POST', `/instance-replays/${id}/moment`, { index: step });
  }

  variables(id: string, reference: string, start: number, count: number): Promise<unknown> {
    return this.call(z.unknown(), 'POST', `/instance-replays/${id}/variables`, { reference, start, count });
  }

  async close(id: string): Promise<void> {
    // An emulator that is gone has closed it.
    await this.call(z.unknown(), 'DELETE', `/instance-replays/${id}`).catch(() => undefined);
  }
}
