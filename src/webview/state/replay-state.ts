/**
 * The replay as the panel sees it (protocol/replay-values.ts).
 *
 *   R1. One moment is asked for at a time. Steps passed meanwhile are skipped: the answer to one leads to the question for the step that
 *       is wanted by then.
 *   R2. What is shown of the step itself (place, rows) needs no answer: it is in the overview.
 */
import type { SourceLocation } from '../../protocol/panel-values';
import type { ReplayMomentValue, ReplayOverview, ReplayVariable } from '../../protocol/replay-values';
import type { ToInstancePanel } from '../../protocol/instance-panel';
import type { PanelTransport } from '../transport/panel-transport';
import { stepOfRow } from '../models/replay';
import { Store, type Schedule } from './store';

export interface ReplayState {
  overview: ReplayOverview | null;
  isOpening: boolean;
  /** Why there is no replay, or no look at this moment. */
  problem: string | null;
  step: number;
  /** Details of the last moment that was answered; of `step` as soon as its answer is there. */
  moment: ReplayMomentValue | null;
  /** What was opened of the moment's variables, by reference. */
  opened: ReadonlyMap<string, readonly ReplayVariable[]>;
  /** The user's cursor in the editor is on this line of the orchestrator. */
  line: SourceLocation | null;
}

type ReplayMessage = Extract<
  ToInstancePanel,
  { type: 'replayOpened' | 'replayMoment' | 'replayVariables' | 'replayRefused' | 'replayAt' | 'replayLine' }
>;

export class ReplayStore {
  readonly state: Store<ReplayState>;
  private lastId = 0;
  private opening = 0;
  private asked: { id: number; step: number } | null = null;
  private reveal = false;
  private readonly variables = new Map<number, { reference: string; step: number }>();

  constructor(
    private readonly transport: Pick<PanelTransport, 'send'>,
    schedule: Schedule,
  ) {
    this.state = new Store<ReplayState>(
      { overview: null, isOpening: false, problem: null, step: 0, moment: null, opened: new Map(), line: null },
      schedule,
    );
  }

  open(): void {
    this.opening = ++this.lastId;
    this.state.set({ isOpening: true, problem: null });
    this.transport.send({ type: 'openReplay', requestId: this.opening });
  }

  /** The tab is left. */
  hide(): void {
    this.transport.send({ type: 'hideReplay' });
  }

  /** The tab is seen again: the editors show its moment, too. */
  showAgain(): void {
    if (this.state.get().overview === null) return;
    this.asked = null;
    this.state.set({ moment: null, opened: new Map() });
    this.ask();
  }

  /** `reveal`: the user chose this step, and did not merely pass it. */
  show(step: number, reveal = true): void {
    const { overview } = this.state.get();
    if (overview === null) return;
    this.reveal = reveal;
    this.state.set({ step: Math.max(0, Math.min(step, overview.steps.length - 1)), opened: new Map() });
    this.ask();
  }

  showRow(row: number): void {
    const { overview } = this.state.get();
    if (overview !== null) this.show(stepOfRow(overview, row));
  }

  /** Elements from `start` on are added to those that are there. */
  openVariable(reference: string, start: number, count: number): void {
    const requestId = ++this.lastId;
    this.variables.set(requestId, { reference, step: this.state.get().step });
    this.transport.send({ type: 'openVariable', requestId, reference, start, count });
  }

  closeVariable(reference: string): void {
    const opened = new Map(this.state.get().opened);
    opened.delete(reference);
    this.state.set({ opened });
  }

  forgetLine(): void {
    this.state.set({ line: null });
  }

  debug(how: 'steps' | 'code'): void {
    this.transport.send({ type: 'debugReplay', step: this.state.get().step, how });
  }

  receive(message: ReplayMessage): void {
    switch (message.type) {
      case 'replayOpened':
        if (message.requestId === this.opening) this.receiveOverview(message.overview);
        return;
      case 'replayMoment': {
        if (this.asked?.id !== message.requestId) return;
        this.asked = null;
        this.state.set({ moment: message.moment, problem: null });
        this.ask(); // R1
        return;
      }
      case 'replayVariables': {
        const question = this.variables.get(message.requestId);
        this.variables.delete(message.requestId);
        const { step, opened } = this.state.get();
        if (question?.step !== step) return;
        const before = opened.get(question.reference) ?? [];
        this.state.set({ opened: new Map(opened).set(question.reference, [...before, ...message.variables]) });
        return;
      }
      case 'replayRefused':
        this.variables.delete(message.requestId);
        if (message.requestId === this.opening) this.state.set({ isOpening: false, overview: null, moment: null });
        else if (this.asked?.id === message.requestId) this.asked = null;
        this.state.set({ problem: message.message });
        return;
      case 'replayAt':
        if (this.state.get().overview !== null && this.state.get().step !== message.step) this.show(message.step, false);
        return;
      case 'replayLine':
        this.state.set({ line: message.location });
    }
  }

  private receiveOverview(overview: ReplayOverview): void {
    const before = this.state.get();
    const wasAtEnd = before.overview !== null && before.step === before.overview.steps.length - 1;
    const last = overview.steps.length - 1;
    // An instance that goes on is followed; a first look begins where it stands now, or went wrong.
    const step = before.overview === null || wasAtEnd ? last : Math.min(before.step, last);
    this.asked = null;
    this.reveal = false;
    this.state.set({ overview, isOpening: false, problem: null, step, moment: null, opened: new Map() });
    this.ask();
  }

  private ask(): void {
    const { step, moment } = this.state.get();
    if (this.asked !== null || moment?.step === step) return;
    this.asked = { id: ++this.lastId, step };
    this.transport.send({ type: 'showMoment', requestId: this.asked.id, step, reveal: this.reveal });
  }
}
