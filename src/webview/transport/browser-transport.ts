/**
 * The panels in a browser, as the dashboard of an emulator: the host's side of a panel runs in the page itself, over the
 * emulator's own endpoints.
 */
import { messageOf } from '../../base/error-message';
import { HttpTaskHubClient } from '../../http/client/http-task-hub-client';
import { InstanceLogs } from '../../core/ports/instance-logs';
import { documentOf } from '../../protocol/history-document';
import { EntityPanelSession } from '../../protocol/entity-panel-session';
import { FunctionsPanelSession } from '../../protocol/functions-panel-session';
import { InstancePanelSession } from '../../protocol/instance-panel-session';
import { InstancesPanelSession } from '../../protocol/instances-panel-session';
import type { PanelHost, SessionClock } from '../../protocol/panel-host';
import { BrowserReplay } from './browser-replay';
import type { BrowserHub } from './browser-hub';
import { type BrowserPlace, hashOf } from './browser-place';
import type { PanelTransport } from './panel-transport';

const keyName = 'durascope.key';
const retryMs = 2000;

/** The key that the printed address carries (`#code=...`): kept for this tab and taken out of the address bar. */
export function takeKey(): string | undefined {
  // An editor that opens the address writes the sign of equality in its other form.
  const match = /^#code(?:=|%3D)(.+)$/i.exec(location.hash);
  if (match?.[1] !== undefined) {
    sessionStorage.setItem(keyName, decodeURIComponent(match[1]));
    history.replaceState(null, '', '#/');
  }
  return sessionStorage.getItem(keyName) ?? undefined;
}

export function browserTransport(place: BrowserPlace, key: string | undefined, hub: BrowserHub): PanelTransport {
  const listeners = new Set<(message: unknown) => void>();
  const post = (message: unknown): void => {
    for (const listener of listeners) listener(message);
  };
  const clock: SessionClock = { now: () => Date.now(), after: (delayMs, callback) => void setTimeout(callback, delayMs) };
  const host = browserHost(hub);
  // From the moment on at which the page was opened.
  const logs = new InstanceLogs();
  const common = { post, host, clock, onError: (error: unknown) => console.error(error) };
  const session =
    place.panel === 'functions'
      ? new FunctionsPanelSession({
          ...common,
          app: '',
          functions: async () => (await hub.client?.functions()) ?? null,
          showInstances: (name) => {
            const list = memoryNameOf('instances');
            sessionStorage.setItem(list, JSON.stringify({ ...savedUnder(list), filter: { names: [name] } }));
            location.hash = '#/';
          },
        })
      : place.panel === 'entity'
        ? new EntityPanelSession({ ...common, instanceId: place.instanceId })
        : place.panel === 'instance'
          ? new InstancePanelSession({
              ...common,
              instanceId: place.instanceId,
              logs,
              replay: new BrowserReplay(hub, place.instanceId),
            })
          : new InstancesPanelSession({
              ...common,
              hubName: '',
              names: async () =>
                ((await hub.client?.functions()) ?? []).filter((each) => each.type === 'orchestrator').map((each) => each.name),
            });
  session.disconnect('Connecting to the emulator…');

  const later = (): void => void setTimeout(() => void connect(), retryMs);
  // A session without a connection listens to nothing, so nothing but this would notice that the emulator is back.
  const down = (lost: HttpTaskHubClient): void => {
    if (hub.client !== lost) return;
    hub.client = undefined;
    lost.dispose();
    session.disconnect('The emulator does not answer. What you see is its last state.');
    later();
  };
  let wasUp = false;
  const connect = async (): Promise<void> => {
    // Every failure of the client passes here, those of its event stream included.
    const watchedFetch: typeof fetch = async (input, init) => {
      try {
        return await fetch(input, init);
      } catch (error) {
        if (connected !== undefined && init?.signal?.aborted !== true) down(connected);
        throw error;
      }
    };
    let connected: HttpTaskHubClient | undefined;
    try {
      connected = await HttpTaskHubClient.connect({
        url: location.origin,
        ...(key === undefined ? {} : { key }),
        clock: {
          now: () => Date.now(),
          at: (epochMs, callback) => timerAfter(epochMs - Date.now(), callback),
          after: timerAfter,
        },
        fetch: watchedFetch,
      });
      hub.client = connected;
      wasUp = true;
      session.connect(connected);
      if (place.panel === 'instance') {
        connected.onLog((entries) => {
          for (const entry of entries) logs.add(entry);
        });
      }
    } catch (error) {
      // What is shown stays, and so does what was said about it.
      if (!wasUp) session.disconnect(messageOf(error));
      later();
    }
  };
  void connect();

  const memoryName = memoryNameOf(place.panel);
  return {
    place: 'browser',
    send: (request) => void session.receive(request),
    onMessage(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    loadState: () => savedUnder(memoryName),
    saveState: (state) => sessionStorage.setItem(memoryName, JSON.stringify(state)),
    loadPreferences,
  };
}

/** Opens an instance where it says so: with both runs side by side, for a fork. */
export function openFork(instanceId: string): void {
  const memory = memoryNameOf('instance');
  sessionStorage.setItem(memory, JSON.stringify({ ...savedUnder(memory), tab: 'compare' }));
  location.hash = hashOf(instanceId);
}

function memoryNameOf(panel: BrowserPlace['panel']): string {
  return `durascope.panel.${panel}`;
}

function savedUnder(name: string): Record<string, unknown> | undefined {
  const saved = sessionStorage.getItem(name);
  return saved === null ? undefined : (JSON.parse(saved) as Record<string, unknown>);
}

const preferencesName = 'durascope.preferences';

export function loadPreferences(): Record<string, unknown> {
  return JSON.parse(localStorage.getItem(preferencesName) ?? '{}') as Record<string, unknown>;
}

function timerAfter(delayMs: number, callback: () => void): { dispose(): void } {
  const timer = setTimeout(callback, Math.max(0, delayMs));
  return { dispose: () => clearTimeout(timer) };
}

function browserHost(hub: BrowserHub): PanelHost {
  const show = (text: string, type: string): void => {
    window.open(URL.createObjectURL(new Blob([text], { type })), '_blank');
  };
  return {
    openInstance(instanceId) {
      location.hash = hashOf(instanceId);
    },
    // Nothing here knows an editor; panels in a browser are sent no places in the code.
    openSource: () => undefined,
    openText: (_title, text, language) => show(text, language === 'json' ? 'application/json' : 'text/plain'),
    openHistory: (instanceId) => {
      if (hub.client === undefined) return;
      documentOf(hub.client, instanceId).then(
        (text) => show(text, 'application/json'),
        (error: unknown) => console.error(error),
      );
    },
    copyText: (text) => void navigator.clipboard.writeText(text),
    saveText(suggestedName, text, encoding) {
      const link = document.createElement('a');
      const content = encoding === 'base64' ? Uint8Array.from(atob(text), (each) => each.charCodeAt(0)) : text;
      link.href = URL.createObjectURL(new Blob([content]));
      link.download = suggestedName;
      link.click();
      URL.revokeObjectURL(link.href);
      return Promise.resolve(true);
    },
    prefer: (key, value) => localStorage.setItem(preferencesName, JSON.stringify({ ...loadPreferences(), [key]: value })),
    startInstance: (name) => hub.askToStart(name === undefined ? {} : { name }),
    startAgain: (instanceId) => void hub.askToStartAgain(instanceId).catch((error: unknown) => console.error(error)),
    stepTo: () => undefined,
    whatIf: (instanceId, row) => hub.askWhatIf({ instanceId, row }),
    confirm: (question) => Promise.resolve(window.confirm(question)),
    time: () => hub.client,
  };
}
