/**
 * Runs in the gallery's page before the panels' bundle: stands in for the editor, with the real sessions over a hub of arrays.
 * The page's address chooses: `?state=running`; `&remember=` is what the editor kept of the panel, for the first time it is loaded. What a test may look at is in `globalThis.gallery`.
 */
import { InstanceLogs } from '../../../src/core/ports/instance-logs';
import { toTimestamp } from '../../../src/core/values/time';
import type { ToEntityPanel } from '../../../src/protocol/entity-panel';
import { EntityPanelSession } from '../../../src/protocol/entity-panel-session';
import type { ToFunctionsPanel } from '../../../src/protocol/functions-panel';
import { FunctionsPanelSession } from '../../../src/protocol/functions-panel-session';
import type { ToInstancePanel } from '../../../src/protocol/instance-panel';
import { InstancePanelSession } from '../../../src/protocol/instance-panel-session';
import type { ToInstancesPanel } from '../../../src/protocol/instances-panel';
import { InstancesPanelSession } from '../../../src/protocol/instances-panel-session';
import type { PanelHost } from '../../../src/protocol/panel-host';
import { FakeAttachedHub, FakeHub } from './fake-hub';
import { galleryNow, galleryStates, type GalleryState, type GalleryStateName } from './states';

type ToPanel = ToInstancePanel | ToInstancesPanel | ToEntityPanel | ToFunctionsPanel;

interface PageScope {
  location: { search: string };
  history: { replaceState(data: null, unused: string, url: string): void };
  document: { getElementById(id: string): { dataset: Record<string, string> } | null };
  dispatchEvent(event: unknown): void;
  MessageEvent: new (type: string, init: { data: unknown }) => unknown;
  sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  acquireVsCodeApi: () => unknown;
  gallery: unknown;
}
const page = globalThis as unknown as PageScope;

const address = new URLSearchParams(page.location.search);
const name = (address.get('state') ?? 'completed') as GalleryStateName;
const remembered = address.get('remember');
if (remembered !== null) {
  page.sessionStorage.setItem(name, remembered);
  // Loaded again it remembers what came since.
  address.delete('remember');
  page.history.replaceState(null, '', `?${address.toString()}`);
}
const state: GalleryState = galleryStates[name];
const startedAt = Date.now();
/** The gallery's clock runs, from one fixed moment on. */
const now = (): number => galleryNow + Date.now() - startedAt;
const hub = state.attached === true ? new FakeAttachedHub(now) : new FakeHub(now);
state.fill(hub);
const asked: string[] = [];
const host: PanelHost = {
  openInstance: (instanceId, how) => void asked.push(`openInstance ${instanceId}${how?.isPreview === true ? ' as preview' : ''}`),
  openSource: (location) => void asked.push(`openSource ${location.file}:${location.line1}`),
  openText: (title) => void asked.push(`openText ${title}`),
  openDocs: (page) => void asked.push(`openDocs ${page}`),
  startAgain: (instanceId) => void asked.push(`startAgain ${instanceId}`),
  stepTo: (instanceId, row) => void asked.push(`stepTo ${instanceId} ${row}`),
  openHistory: (instanceId) => void asked.push(`openHistory ${instanceId}`),
  copyText: (text) => void asked.push(`copyText ${text}`),
  saveText: (suggestedName, text) => {
    asked.push(`saveText ${suggestedName}\n${text}`);
    return Promise.resolve(true);
  },
  prefer: (key, value) => void asked.push(`prefer ${key} ${JSON.stringify(value)}`),
  compareWith: (instanceId, isImported) => void asked.push(`compareWith ${instanceId} ${isImported}`),
  compareInstances: (left, right) => void asked.push(`compare ${left} ${right}`),
  startEmulator: () => void asked.push('startEmulator'),
  startInstance: (each) => void asked.push(each === undefined ? 'startInstance' : `startInstance ${each}`),
  confirm: () => Promise.resolve(true),
};
const clock = { now, after: (delayMs: number, callback: () => void) => void setTimeout(callback, delayMs) };
/** What the panel must have been told before it shows all that it knows at first. */
const awaited = new Set(
  {
    instance: ['history'],
    instances: state.attached === true ? ['page'] : ['page', 'counts', 'histogram'],
    entity: ['entity'],
    functions: ['functions'],
  }[state.panel],
);
const onTold = (message: ToPanel): void => {
  if (message.type === 'instance' && message.instance === null) awaited.clear();
  else awaited.delete(message.type);
  if (awaited.size > 0 || state.disconnected === undefined || isDisconnected) return;
  isDisconnected = true;
  session.disconnect(state.disconnected, true);
};
let isDisconnected = false;
// Messages cross a structured clone, as they do between the editor and its webviews.
const post = (message: ToPanel): void => {
  const copy = structuredClone(message);
  setTimeout(() => {
    page.dispatchEvent(new page.MessageEvent('message', { data: copy }));
    onTold(copy);
  }, 0);
};
const logs = new InstanceLogs();
for (const entry of state.log ?? []) logs.add(entry);
const onError = (error: unknown): void => console.error(error);
// As the page has it that an editor is given (vscode/panels/panel-page.ts).
if (state.panel === 'instance' || state.panel === 'entity') {
  document.getElementById('root')?.setAttribute('data-shown-instance', state.instanceId);
}
const session =
  state.panel === 'functions'
    ? new FunctionsPanelSession({
        ...{ post, host, clock, onError, app: 'shop' },
        functions: () => Promise.resolve(state.app?.functions ?? null),
        code: () => Promise.resolve(state.app?.code ?? []),
        showInstances: (each) => void asked.push(`showInstances ${each}`),
      })
    : state.panel === 'entity'
      ? new EntityPanelSession({ instanceId: state.instanceId, post, host, clock, onError })
      : state.panel === 'instance'
        ? new InstancePanelSession({
            instanceId: state.instanceId,
            ...(state.replay === undefined ? {} : { replay: state.replay }),
            ...(state.log === undefined ? {} : { logs }),
            post,
            host,
            clock,
            onError,
            eventNames: () => Promise.resolve(['BookingConfirmed', 'Approved']),
            locateFailure: ({ name }) =>
              Promise.resolve(
                name === 'Charge'
                  ? {
                      location: { file: '/apps/shop/src/functions/charge.ts', line1: 19 },
                      excerpt: {
                        firstLine1: 17,
                        lines: [
                          'function gateway(payment: Payment): Receipt {',
                          '  const answer = bank.ask(payment.card, payment.amount);',
                          '  if (!answer.ok) throw new CardRefusedError(`The card ${payment.card} was refused: ${answer.reason}`);',
                          '  return answer.receipt;',
                          '}',
                        ],
                      },
                    }
                  : { location: null, excerpt: null },
              ),
            locateOpenTimer: () =>
              Promise.resolve({ location: { file: '/apps/shop/src/functions/remind.ts', line1: 31 }, variable: 'deadline' }),
            locate: (row) =>
              Promise.resolve({
                code: { file: '/apps/custom-status/src/functions/reserve-ticket.ts', line1: 12 },
                failure:
                  row.runtimeStatus === 'Failed'
                    ? { file: '/apps/custom-status/src/functions/reserve-ticket.ts', line1: 31 }
                    : null,
              }),
          })
        : new InstancesPanelSession({
            post,
            host,
            clock,
            onError,
            hubName: state.attached === true ? 'ShopHub in myaccount' : 'custom-status',
            names: () =>
              Promise.resolve(
                state.attached === true ? [] : ['CityRecommender', 'FanOut', 'HelloCities', 'Monitor', 'ReserveTicket'],
              ),
          });
session.connect(hub);

page.acquireVsCodeApi = () => ({
  postMessage: (message: unknown) => void session.receive(structuredClone(message)),
  getState: () => JSON.parse(page.sessionStorage.getItem(name) ?? 'null') as unknown,
  setState: (value: unknown) => page.sessionStorage.setItem(name, JSON.stringify(value)),
});
page.gallery = { hub, asked, replay: state.replay, session, now: () => toTimestamp(now()), isShown: () => awaited.size === 0 };
