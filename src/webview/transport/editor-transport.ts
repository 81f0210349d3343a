import type { PanelTransport } from './panel-transport';

interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  var acquireVsCodeApi: (() => EditorApi) | undefined;
}

/** Undefined outside an editor's webview. Call once: the editor hands its API out a single time. */
export function editorTransport(): PanelTransport | undefined {
  const api = globalThis.acquireVsCodeApi?.();
  if (api === undefined) return undefined;
  return {
    place: 'editor',
    send: (request) => api.postMessage(request),
    onMessage(listener) {
      const receive = (event: MessageEvent<unknown>): void => listener(event.data);
      window.addEventListener('message', receive);
      return { dispose: () => window.removeEventListener('message', receive) };
    },
    loadState: () => api.getState(),
    saveState: (state) => api.setState(state),
    loadPreferences: () => JSON.parse(document.getElementById('root')?.dataset['preferences'] ?? '{}') as unknown,
  };
}
