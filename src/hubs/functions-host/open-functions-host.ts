import type { Clock } from '../../core/ports/clock';
import type { AttachedHub } from '../attached-hub';
import { readOnlyHub } from '../read-only-hub';
import { FunctionsHostReader, type FunctionsHostOptions } from './functions-host-reader';

const readOnly = 'This Functions host is only looked at: act on its instances through the app, or its management API.';

/** Rejects with `HubUnreachable` where no host with the durable task extension answers. */
export async function openFunctionsHost({ clock, ...options }: FunctionsHostOptions & { clock: Clock }): Promise<AttachedHub> {
  const reader = new FunctionsHostReader(options);
  await reader.check();
  return readOnlyHub(reader, readOnly, clock);
}
