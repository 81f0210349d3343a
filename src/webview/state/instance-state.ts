/** What the instance panel knows, out of the messages it was sent (protocol/instance-panel.ts, P1 to P3). */
import type { InstanceLine } from '../../core/ports/instance-logs';
import type { Disposable } from '../../core/ports/clock';
import type { HistoryEvent } from '../../core/history/history';
import { fromTimestamp } from '../../core/values/time';
import {
  toInstancePanel,
  type Comparison,
  type FromInstancePanel,
  type HistoryChunk,
  type InstanceSnapshot,
} from '../../protocol/instance-panel';
import type { ActionResult } from '../../protocol/panel-values';
import type { PanelTransport } from '../transport/panel-transport';
import { ReplayStore } from './replay-state';
import { Requests } from './requests';
import { Store, type Schedule } from './store';

export interface InstanceState {
  /** Null until the first snapshot. */
  snapshot: InstanceSnapshot | null;
  /** Sender's clock minus ours. */
  clockOffsetMs: number;
  connected: boolean;
  /** Why there is no connection, or what is wrong with what was sent. */
  problem: string | null;
  /** The emulator can be started from here. */
  canStart: boolean;
  /** The array grows in place; `historyVersion` says when. */
  events: readonly HistoryEvent[];
  historyVersion: number;
  /** Another value: rows seen before may have changed. */
  historyKey: string;
  /** Rows there are, of which `events.length` have arrived. */
  historyTotal: number;
  /** Texts in them of which only the beginning is here. */
  historyShortened: number;
  /** Of the children that are watched; null: the hub does not know it. */
  children: ReadonlyMap<string, readonly HistoryEvent[] | null>;
  /** What it has logged, as far as the sender has it. */
  lines: readonly InstanceLine[];
  /** Of a fork, beside its origin; null: not told (yet). */
  comparison: Comparison | null;
}

const mostLines = 10_000;

type Act = Omit<Extract<FromInstancePanel, { type: 'act' }>, 'requestId' | 'type'>;

export class InstanceStore {
  readonly state: Store<InstanceState>;
  readonly replay: ReplayStore;
  private readonly requests = new Requests();
  private events: HistoryEvent[] = [];
  private executionId = '';
  private restarts = 0;

  /** `now`: this page's clock, epoch milliseconds. */
  constructor(
    private readonly transport: Pick<PanelTransport, 'send' | 'onMessage'>,
    schedule: Schedule,
    private readonly now: () => number,
  ) {
    this.replay = new ReplayStore(transport, schedule);
    this.state = new Store<InstanceState>(
      {
        snapshot: null,
        clockOffsetMs: 0,
        connected: true,
        problem: null,
        canStart: false,
        events: this.events,
        historyVersion: 0,
        historyKey: '',
        historyTotal: 0,
        historyShortened: 0,
        children: new Map(),
        lines: [],
        comparison: null,
      },
      schedule,
    );
  }

  start(): Disposable {
    const listening = this.transport.onMessage((message) => this.receive(message));
    this.transport.send({ type: 'ready' });
    return listening;
  }

  act(act: Act): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'act', requestId, ...act }));
  }

  moveClockTo(at: string): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'moveClockTo', requestId, at }));
  }

  /** `data`: JSON text or null. */
  raiseEvent(name: string, data: string | null): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'raiseEvent', requestId, name, data }));
  }

  /** `base64`: the text stands for bytes. */
  saveText(suggestedName: string, text: string, encoding: 'utf8' | 'base64' = 'utf8'): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'saveText', requestId, suggestedName, text, encoding }));
  }

  watchChild(instanceId: string, isOn: boolean): void {
    if (!isOn) {
      const children = new Map(this.state.get().children);
      children.delete(instanceId);
      this.state.set({ children });
    }
    this.transport.send({ type: 'watchChild', instanceId, isOn });
  }

  private receive(value: unknown): void {
    const parsed = toInstancePanel.safeParse(value);
    if (!parsed.success) {
      this.state.set({
        problem: `This panel was sent something it does not understand. Close and open it again. (${describe(value)})`,
      });
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'connection':
        this.state.set({
          connected: message.connected,
          problem: message.connected ? null : (message.message ?? 'Not connected.'),
          canStart: message.canStart ?? false,
        });
        return;
      case 'instance':
        this.state.set({ snapshot: message, clockOffsetMs: fromTimestamp(message.now) - this.now() });
        return;
      case 'history':
        this.receiveHistory(message);
        return;
      case 'childHistory': {
        const { instanceId, isKnown, events } = message;
        this.state.set({ children: new Map(this.state.get().children).set(instanceId, isKnown ? events : null) });
        return;
      }
      case 'log': {
        const before = this.state.get().lines.filter(({ number }) => number < message.from);
        this.state.set({ lines: [...before, ...message.lines].slice(-mostLines) });
        return;
      }
      case 'comparison':
        this.state.set({ comparison: message });
        return;
      case 'actionResult':
        this.requests.settle(message);
        return;
      default:
        this.replay.receive(message);
    }
  }

  private receiveHistory(chunk: HistoryChunk): void {
    if (chunk.from === 0) {
      this.restarts++;
      this.executionId = chunk.executionId;
      this.events = [...chunk.events];
    } else if (chunk.executionId === this.executionId && chunk.from <= this.events.length) {
      // Rows sent twice are taken once.
      for (let at = this.events.length - chunk.from; at < chunk.events.length; at++) {
        const event = chunk.events[at];
        if (event !== undefined) this.events.push(event);
      }
    } else {
      this.transport.send({ type: 'ready' }); // P3: a gap
      return;
    }
    this.state.set({
      events: this.events,
      historyVersion: this.state.get().historyVersion + 1,
      historyKey: `${this.executionId}/${this.restarts}`,
      historyTotal: Math.max(chunk.total, this.events.length),
      historyShortened: (chunk.from === 0 ? 0 : this.state.get().historyShortened) + (chunk.shortened ?? 0),
    });
  }
}

function describe(value: unknown): string {
  const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
  return typeof type === 'string' ? `message "${type}"` : 'message without a type';
}
