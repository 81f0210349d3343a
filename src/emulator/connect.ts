import { HttpTaskHubClient } from '../http/client/http-task-hub-client';
import { SystemClock } from './time/system-clock';

/** The hub of an emulator in another process. Without the key only reading works. Rejects with `EmulatorNotFound`. */
export function connectToEmulator(url: string, key: string | null): Promise<HttpTaskHubClient> {
  return HttpTaskHubClient.connect({ url, clock: new SystemClock(), ...(key === null ? {} : { key }) });
}
