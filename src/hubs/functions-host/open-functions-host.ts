import type { Clock } from '../../core/ports/clock';
import type { AttachedHub } from '../attached-hub';
import { actingHub, readOnlyHub } from '../read-only-hub';
import { functionsHostActions } from './functions-host-actions';
import type { FunctionsHostOptions } from './functions-host-client';
import { FunctionsHostReader } from './functions-host-reader';

const readOnly =
  'This Functions host is only looked at, as nobody has allowed more: act on its instances through the app, or allow Durascope to act on it.';

/** `mayAct`: default: nothing is ever changed. Rejects with `HubUnreachable` where no host with the durable task extension answers. */
export async function openFunctionsHost({
  clock,
  mayAct = false,
  ...options
}: FunctionsHostOptions & { clock: Clock; mayAct?: boolean }): Promise<AttachedHub> {
  const reader = new FunctionsHostReader(options);
  await reader.check();
  if (!mayAct) return readOnlyHub(reader, readOnly, clock);
  return actingHub(
    reader,
    functionsHostActions((request) => reader.client.ask(request)),
    'its management API',
    clock,
  );
}
