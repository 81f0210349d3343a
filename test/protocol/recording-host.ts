import type { HubClock } from '../../src/core/ports/hub-clock';
import type { PanelHost, SessionClock } from '../../src/protocol/panel-host';
import type { ManualClock } from '../support/manual-clock';

/** Notes what a panel asked of its editor; answers yes unless told otherwise. */
export class RecordingHost implements PanelHost {
  readonly calls: unknown[][] = [];
  agrees = true;
  /** Whether instances that the code would break may run on, and when that was asked. */
  runsOn = true;
  readonly runOns: unknown[][] = [];
  /** The hub's clock, where it can be set. */
  clock: HubClock | undefined;
  /** Where it can ask for what is to be changed. */
  whatIf?: (instanceId: string, row: number) => void;
  saveTest?: (instanceId: string) => void;
  startEmulator?: () => void;
  /** Where it can ask for what to compare with. */
  compareWith?: (instanceId: string, isImported: boolean) => void;

  time(): HubClock | undefined {
    return this.clock;
  }

  openInstance(...args: unknown[]): void {
    this.calls.push(['openInstance', ...args]);
  }
  openSource(...args: unknown[]): void {
    this.calls.push(['openSource', ...args]);
  }
  openText(...args: unknown[]): void {
    this.calls.push(['openText', ...args]);
  }
  startAgain(...args: unknown[]): void {
    this.calls.push(['startAgain', ...args]);
  }
  stepTo(...args: unknown[]): void {
    this.calls.push(['stepTo', ...args]);
  }
  openHistory(...args: unknown[]): void {
    this.calls.push(['openHistory', ...args]);
  }
  copyText(...args: unknown[]): void {
    this.calls.push(['copyText', ...args]);
  }
  saveText(...args: unknown[]): Promise<boolean> {
    this.calls.push(['saveText', ...args]);
    return Promise.resolve(this.agrees);
  }
  prefer(...args: unknown[]): void {
    this.calls.push(['prefer', ...args]);
  }
  startInstance(...args: unknown[]): void {
    this.calls.push(['startInstance', ...args]);
  }
  mayRunOn(...args: unknown[]): Promise<boolean> {
    this.runOns.push(args);
    return Promise.resolve(this.runsOn);
  }
  confirm(...args: unknown[]): Promise<boolean> {
    this.calls.push(['confirm', ...args]);
    return Promise.resolve(this.agrees);
  }
}

export function sessionClock(clock: ManualClock): SessionClock {
  return { now: () => clock.now(), after: (delayMs, callback) => void clock.after(delayMs, callback) };
}

/** Lets every promise that is ready go on; nothing in the sessions waits for more than the hub's own answers. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
