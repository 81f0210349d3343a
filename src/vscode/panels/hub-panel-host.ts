import { DurascopeError } from '../../core/values/errors';
import type { AttachedHub } from '../../hubs/attached-hub';
import { documentOf } from '../../protocol/history-document';
import { EditorHost } from './editor-host';

/** What panels of an attached hub's instances ask of the editor: the hub is another one than the emulator's. */
export class HubPanelHost extends EditorHost {
  #hub: AttachedHub | undefined;
  #openOther: (instanceId: string) => void = () => undefined;
  #debug: (row: number | null) => void = () => undefined;

  of(hub: AttachedHub, openOther: (instanceId: string) => void, debug: (row: number | null) => void): this {
    this.#hub = hub;
    this.#openOther = openOther;
    this.#debug = debug;
    return this;
  }

  override openInstance(instanceId: string): void {
    this.#openOther(instanceId);
  }

  override openHistory(instanceId: string): void {
    const hub = this.#hub;
    if (hub === undefined) return;
    documentOf(hub, instanceId).then((text) => this.openText(`${instanceId} history`, text, 'json'), this.onError);
  }

  override startInstance(): void {
    this.#refuse();
  }

  override startAgain(): void {
    this.#refuse();
  }

  override stepTo(_instanceId: string, row: number | null): void {
    this.#debug(row);
  }

  override time(): undefined {
    return undefined;
  }

  #refuse(): void {
    throw new DurascopeError(
      'NotSupported',
      this.#hub?.capabilities.readOnly ?? 'Start it through the app, or restart an instance of it.',
    );
  }
}
