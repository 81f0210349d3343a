import type { HubActions } from '../acting';
import type { HubReader } from '../attached-hub';
import { checkSameHub } from '../same-hub';
import { functionsHostActions } from './functions-host-actions';
import { FunctionsHostReader } from './functions-host-reader';

/** How a hub in a storage is acted on by the host that runs it. Rejects with `InvalidArgument` for a host of another hub. */
export async function throughHost(
  reader: HubReader,
  { url, key }: { url: string; key: string | null },
): Promise<{ actions: HubActions; channel: string }> {
  const host = new FunctionsHostReader({ url, key });
  await checkSameHub(reader, host);
  return { actions: functionsHostActions((request) => host.client.ask(request)), channel: `the management API of ${url}` };
}
