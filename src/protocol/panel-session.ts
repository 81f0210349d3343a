/**
 * What the host's side of every panel does alike: it has a task hub or says why not, takes the panel's messages, answers the requests
 * that all panels send. Knows neither the editor nor the wire: messages leave through `post` and come in through `receive`.
 */
import type * as z from 'zod';
import { messageOf } from '../base/error-message';
import type { Disposable } from '../core/ports/clock';
import type { HubChange, TaskHubClient } from '../core/ports/task-hub-client';
import type { PanelHost, SessionClock } from './panel-host';
import type { ActionResult, CommonRequest, ConnectionState } from './panel-values';

type CommonMessage = ConnectionState | ActionResult;

export interface PanelSessionOptions<To> {
  post: (message: To | CommonMessage) => void;
  host: PanelHost;
  clock: SessionClock;
  onError?: (error: unknown) => void;
}

/** `Own`: the requests of this panel alone; `To`: what it is sent. */
export abstract class PanelSession<Own extends { type: string }, To, Options extends PanelSessionOptions<To>> {
  /** Undefined while there is no connection. */
  protected hub: TaskHubClient | undefined;
  /** The panel listens. */
  protected isReady = false;
  #isDisposed = false;
  #subscription: Disposable | undefined;
  #disconnectedMessage = 'The emulator is not running.';
  #canStart = false;

  constructor(
    protected readonly options: Options,
    private readonly requests: z.ZodType<Own | CommonRequest>,
  ) {}

  connect(hub: TaskHubClient): void {
    this.#subscription?.dispose();
    this.hub = hub;
    this.#subscription = hub.subscribe((changes) => this.onChanges(changes), { events: false });
    this.#postConnection();
    this.onConnected();
  }

  /** The panel keeps what it shows, and says that it is not live; `canStart`: and offers to start the emulator, where the host can. */
  disconnect(message: string, canStart = false): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
    this.hub = undefined;
    this.#disconnectedMessage = message;
    this.#canStart = canStart && this.options.host.startEmulator !== undefined;
    this.#postConnection();
  }

  /** Anything the panel sent. What is not a message of ours is reported to `onError` and dropped. */
  async receive(raw: unknown): Promise<void> {
    const parsed = this.requests.safeParse(raw);
    if (!parsed.success) {
      this.options.onError?.(new Error(`A panel sent something else than a message: ${parsed.error.message}`));
      return;
    }
    const message = parsed.data;
    try {
      if (isCommon(message)) await this.#answerCommon(message);
      else await this.handle(message);
    } catch (error) {
      this.refuse(message, error);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription?.dispose();
    this.hub = undefined;
  }

  protected abstract handle(message: Own): Promise<void>;
  protected abstract onChanges(changes: readonly HubChange[]): void;
  protected abstract onConnected(): void;
  /** The panel has begun to listen, perhaps anew: it has to be sent all. */
  protected abstract onReady(): Promise<void>;

  protected refuse(message: Own | CommonRequest, error: unknown): void {
    if ('requestId' in message && typeof message.requestId === 'number') {
      this.answer({ requestId: message.requestId, ok: false, message: messageOf(error) });
    } else this.options.onError?.(error);
  }

  /** For what needs a connection; throws what the user is to read when there is none. */
  protected connected(): TaskHubClient {
    if (this.hub === undefined) throw new Error(this.#disconnectedMessage);
    return this.hub;
  }

  protected answer(result: Omit<ActionResult, 'type'>): void {
    this.post({ type: 'actionResult', ...result });
  }

  protected post(message: To | CommonMessage): void {
    if (!this.#isDisposed) this.options.post(message);
  }

  #postConnection(): void {
    if (!this.isReady) return;
    if (this.hub !== undefined) this.post({ type: 'connection', connected: true });
    else {
      const offer = this.#canStart ? { canStart: true as const } : {};
      this.post({ type: 'connection', connected: false, message: this.#disconnectedMessage, ...offer });
    }
  }

  async #answerCommon(message: CommonRequest): Promise<void> {
    const { host } = this.options;
    switch (message.type) {
      case 'ready':
        this.isReady = true;
        this.#postConnection();
        await this.onReady();
        return;
      case 'openInstance':
        if (message.isPreview === undefined) host.openInstance(message.instanceId);
        else host.openInstance(message.instanceId, { isPreview: true });
        return;
      case 'openSource':
        host.openSource(message.location);
        return;
      case 'openText':
        host.openText(message.title, message.text, message.language);
        return;
      case 'openDocs':
        host.openDocs?.(message.page);
        return;
      case 'copyText':
        host.copyText(message.text);
        return;
      case 'saveText':
        this.answer({
          requestId: message.requestId,
          ok: await host.saveText(message.suggestedName, message.text, message.encoding),
        });
        return;
      case 'startEmulator':
        host.startEmulator?.();
        return;
      case 'prefer':
        host.prefer(message.key, message.value);
    }
  }
}

const commonTypes: Readonly<Record<CommonRequest['type'], true>> = {
  ready: true,
  openInstance: true,
  openSource: true,
  openText: true,
  openDocs: true,
  copyText: true,
  saveText: true,
  startEmulator: true,
  prefer: true,
};

function isCommon(message: { type: string }): message is CommonRequest {
  return Object.hasOwn(commonTypes, message.type);
}
