import type { HubClock } from '../core/ports/hub-clock';
import type { SourceLocation } from './panel-values';

/** What panels ask of the place they live in: an editor, or a browser page. Rejections are shown to the user by whoever calls. */
export interface PanelHost {
  /** `isPreview`: in the tab that single clicks share, where the host has one. */
  openInstance(instanceId: string, how?: { isPreview: boolean }): void;
  openSource(location: SourceLocation): void;
  openText(title: string, text: string, language: 'json' | 'csv' | 'plaintext'): void;
  openHistory(instanceId: string): void;
  /** A paragraph of the documents, where they can be shown: `docs/meanings.md#an-event-comes-again`. */
  openDocs?(page: string): void;
  copyText(text: string): void;
  /** False when the user changed their mind. `base64`: the text stands for bytes. */
  saveText(suggestedName: string, text: string, encoding?: 'utf8' | 'base64'): Promise<boolean>;
  /** Keeps a choice for panels that are opened later. */
  prefer(key: string, value: unknown): void;
  /** Shows the right one beside the left one; absent where the host cannot. */
  compareInstances?(leftId: string, rightId: string): void;
  /** Asks what to compare this instance with; absent where the host cannot. `isImported`: it is out of a file. */
  compareWith?(instanceId: string, isImported: boolean): void;
  /** Of the hub that panels show; absent where the host cannot. */
  startEmulator?(): void;
  startInstance(name?: string): void;
  /** Asks for an input, beginning with that of this instance. */
  startAgain(instanceId: string): void;
  /** Opens the debugger over an instance's replay, where this row has just been consumed; null: at its end. */
  stepTo(instanceId: string, row: number | null): void;
  /** Keeps the run as a test of the project; absent: not here. */
  saveTest?(instanceId: string): void;
  /** Asks what is to be another thing at this row (from 1, commit order), and forks; absent: not here. */
  whatIf?(instanceId: string, row: number): void;
  /** True when the user agrees to something that cannot be undone. */
  confirm(question: string, yes: string): Promise<boolean>;
  /** False: the user was told that the code as it is now would break one of them, and does not want it to run on. */
  mayRunOn?(instanceIds: readonly string[], verb: string): Promise<boolean>;
  /** The clock of the hub that panels show, where it can be set and while there is a connection. */
  time?(): HubClock | undefined;
}

/** Time as a session sees it: the epoch now, and a call after a while. */
export interface SessionClock {
  now(): number;
  after(delayMs: number, callback: () => void): void;
}
