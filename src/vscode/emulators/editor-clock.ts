import type { SessionClock } from '../../protocol/panel-host';
import type { AppEmulator } from './app-emulator';

/** Time as panels and trees see it in the editor: that of the emulator's hubs, which its developer may have set. */
export function clockOf(emulator: () => AppEmulator | undefined): SessionClock {
  return {
    now: () => emulator()?.now() ?? Date.now(),
    after: (delayMs, callback) => void setTimeout(callback, delayMs),
  };
}
