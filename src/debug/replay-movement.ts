/** Moving through replays: one moment at a time, or on to what stops. */
import { messageOf } from '../base/error-message';
import type { PendingTask } from '../replay/replay-timeline';
import { describeFacts } from './history-facts';
import type { ReplayBreakpoints } from './replay-breakpoints';
import { stepAt, type Position, type ReplayCursor } from './replay-cursor';

export type Direction = 'forward' | 'back';

/** Why the session stands still. `reason` as the protocol names it. */
export interface Stop {
  reason: 'entry' | 'step' | 'breakpoint' | 'function breakpoint' | 'exception' | 'pause' | 'goto';
  /** More than the position says; null when there is nothing more. */
  text: string | null;
  breakpointIds: number[];
}

export interface MovementListener {
  /** Another moment has been reached; `isPassing` when the movement does not end here, as far as is known. */
  arrived(position: Position, direction: Direction): void;
  logged(text: string, place: { file: string; line: number }): void;
  told(text: string): void;
}

/** A run that goes on this long without a pause lets other requests in. */
const stepsBetweenBreaths = 500;

export class ReplayMovement {
  #isPauseAsked = false;

  constructor(
    private readonly cursor: ReplayCursor,
    private readonly breakpoints: ReplayBreakpoints,
    private readonly listener: MovementListener,
  ) {}

  /** Ends a run at the moment where it is. */
  pause(): void {
    this.#isPauseAsked = true;
  }

  async step(direction: Direction): Promise<Stop> {
    const moved = this.#move(direction);
    if (!moved) return this.#atTheEdge(direction);
    const hit = await this.breakpoints.hitAt(this.cursor.position, this.#logOf(direction));
    const end = this.#endText();
    if (end !== null) return { reason: 'exception', text: end, breakpointIds: hit?.ids ?? [] };
    if (hit?.reason === 'breakpoint') return { reason: 'breakpoint', text: null, breakpointIds: hit.ids };
    return { reason: 'step', text: null, breakpointIds: [] };
  }

  /** To the next breakpoint, to the next failure that a filter asks for, to where `until` holds, or to the edge. */
  async run(direction: Direction, until: (position: Position) => boolean = () => false): Promise<Stop> {
    this.#isPauseAsked = false;
    for (let moved = 1; this.#move(direction); moved++) {
      const stop = await this.#stopHere(direction);
      if (stop !== null) return stop;
      if (until(this.cursor.position)) return { reason: 'step', text: null, breakpointIds: [] };
      if (moved % stepsBetweenBreaths === 0) await new Promise((resolve) => setImmediate(resolve));
      if (this.pauseWasAsked()) return { reason: 'pause', text: null, breakpointIds: [] };
    }
    return this.#atTheEdge(direction);
  }

  /** From the first moment on: stops there when something stops there, else runs. */
  async runFromStart(): Promise<Stop> {
    return (await this.#stopHere('forward')) ?? (await this.run('forward'));
  }

  /** Into the replay of a sub-orchestration that is waited for, else as `step`. */
  async stepIn(child: (PendingTask & { instanceId: string }) | undefined): Promise<Stop> {
    if (child === undefined) return this.step('forward');
    try {
      if (await this.cursor.enter(child)) {
        this.listener.arrived(this.cursor.position, 'forward');
        return { reason: 'step', text: null, breakpointIds: [] };
      }
      this.listener.told(`There is no history of ${child.name} '${child.instanceId}' to step into.`);
    } catch (error) {
      this.listener.told(`${child.name} '${child.instanceId}' cannot be stepped into: ${messageOf(error)}`);
    }
    return this.step('forward');
  }

  /** Out of a helper generator, or of a sub-orchestration to where its parent goes on, else to the end. */
  async stepOut(): Promise<Stop> {
    const { timeline } = this.cursor.position;
    const depth = stepAt(this.cursor.position).frames.length;
    if (depth > 1) {
      return this.run('forward', (position) => position.timeline !== timeline || stepAt(position).frames.length < depth);
    }
    if (await this.cursor.leaveForParent()) {
      this.listener.arrived(this.cursor.position, 'forward');
      return { reason: 'step', text: null, breakpointIds: [] };
    }
    return this.run('forward');
  }

  private pauseWasAsked(): boolean {
    return this.#isPauseAsked;
  }

  #move(direction: Direction): boolean {
    const moved = direction === 'forward' ? this.cursor.forward() : this.cursor.back();
    if (moved) this.listener.arrived(this.cursor.position, direction);
    return moved;
  }

  async #stopHere(direction: Direction): Promise<Stop | null> {
    const hit = await this.breakpoints.hitAt(this.cursor.position, this.#logOf(direction));
    const end = this.#endText();
    if (end !== null && direction === 'forward') return { reason: 'exception', text: end, breakpointIds: hit?.ids ?? [] };
    if (hit === null) return null;
    const text = hit.facts === null ? null : describeFacts(hit.facts);
    // The editor shows exceptions in red: that is for failures.
    const reason = hit.reason === 'exception' && !hit.isFailure ? 'breakpoint' : hit.reason;
    return { reason, text, breakpointIds: hit.ids };
  }

  #atTheEdge(direction: Direction): Stop {
    const text = this.#endText();
    if (direction === 'forward' && text !== null) return { reason: 'exception', text, breakpointIds: [] };
    return { reason: 'step', text: null, breakpointIds: [] };
  }

  /** How the run of the code went wrong here; null when it did not. */
  #endText(): string | null {
    const { timeline } = this.cursor.position;
    const step = stepAt(this.cursor.position);
    if (step.kind === 'diverged') return timeline.divergence?.message ?? 'The code went another way than the history.';
    if (step.kind !== 'failed') return null;
    const { functionName } = timeline;
    if (step.failure === null) return `${functionName} failed`;
    // The host names the function too.
    const hostsWords = `Orchestrator function '${functionName}' failed: `;
    const { ErrorMessage: message } = step.failure;
    return `${functionName} failed: ${message.startsWith(hostsWords) ? message.slice(hostsWords.length) : message}`;
  }

  /** Log points speak where the code goes, not where the user goes back. */
  #logOf(direction: Direction): ((text: string, place: { file: string; line: number }) => void) | null {
    return direction === 'forward' ? (text, place) => this.listener.logged(text, place) : null;
  }
}
