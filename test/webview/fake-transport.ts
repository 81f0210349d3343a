import type { PanelRequest } from '../../src/webview/transport/panel-transport';

/** A transport whose other end is the test. Announcements of a store run at once. */
export class FakeTransport {
  readonly sent: PanelRequest[] = [];
  private listener: (message: unknown) => void = () => undefined;

  send(request: PanelRequest): void {
    this.sent.push(request);
  }

  onMessage(listener: (message: unknown) => void): { dispose(): void } {
    this.listener = listener;
    return { dispose: () => (this.listener = () => undefined) };
  }

  deliver(message: unknown): void {
    this.listener(message);
  }

  /** The requests of one type, oldest first. */
  of<T extends PanelRequest['type']>(type: T): Extract<PanelRequest, { type: T }>[] {
    return this.sent.filter((each): each is Extract<PanelRequest, { type: T }> => each.type === type);
  }
}
