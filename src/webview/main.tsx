/**
 * Entry of the panels' page. Which panel: `data-panel` ("instance", "instances", "entity" or "functions") of the element #root in an editor; in a
 * browser the address after #, see `browserPlace`.
 */
import { render } from 'preact';
import './ui/elements';
import './styles/panels.css';
import * as z from 'zod';
import { DashboardBar } from './dashboard/dashboard-bar';
import { applyTheme, themes } from './dashboard/theme';
import { EntityPanel } from './entity/entity-panel';
import { FunctionsPanel } from './functions/functions-panel';
import { InstancePanel } from './instance/instance-panel';
import { InstancesPanel, rememberedFilter, rememberedOrder } from './instances/instances-panel';
import { EntityStore } from './state/entity-state';
import { FunctionsStore } from './state/functions-state';
import { InstanceStore } from './state/instance-state';
import { InstancesStore } from './state/instances-state';
import { ViewMemory } from './state/view-memory';
import { browserPlace } from './transport/browser-place';
import { BrowserHub } from './transport/browser-hub';
import { browserTransport, loadPreferences, takeKey } from './transport/browser-transport';
import { editorTransport } from './transport/editor-transport';
import type { PanelTransport } from './transport/panel-transport';

const now = (): number => Date.now();
const perFrame = (callback: () => void): void => {
  // A hidden page draws no frames; its state is announced when it is seen again.
  requestAnimationFrame(callback);
};

function open(root: HTMLElement, panel: string, transport: PanelTransport): void {
  const memory = new ViewMemory(transport, {}, root.dataset['shownInstance']);
  if (panel === 'instance') {
    const store = new InstanceStore(transport, perFrame, now);
    render(<InstancePanel store={store} transport={transport} memory={memory} />, root);
    store.start();
    return;
  }
  if (panel === 'entity') {
    const store = new EntityStore(transport, perFrame);
    render(<EntityPanel store={store} transport={transport} memory={memory} />, root);
    store.start();
    return;
  }
  if (panel === 'functions') {
    const store = new FunctionsStore(transport, perFrame);
    render(<FunctionsPanel store={store} transport={transport} memory={memory} />, root);
    store.start();
    return;
  }
  const store = new InstancesStore(transport, perFrame, now, globalThis, {
    filter: memory.read('filter', rememberedFilter, {}),
    order: memory.read('order', rememberedOrder, { orderBy: 'createdTime', descending: true }),
  });
  render(<InstancesPanel store={store} transport={transport} memory={memory} />, root);
  store.start();
}

const root = document.getElementById('root');
if (root !== null) {
  const editor = editorTransport();
  if (editor !== undefined) open(root, root.dataset['panel'] ?? 'instances', editor);
  else {
    const key = takeKey();
    const place = browserPlace(location.hash);
    const hub = new BrowserHub(perFrame);
    const transport = browserTransport(place, key, hub);
    const theme = z.enum(themes).catch('system').parse(loadPreferences()['theme']);
    applyTheme(theme);
    const bar = document.createElement('div');
    document.body.classList.add('dashboard');
    root.before(bar);
    render(
      <DashboardBar
        hub={hub}
        place={place}
        theme={theme}
        onTheme={(value) => transport.send({ type: 'prefer', key: 'theme', value })}
      />,
      bar,
    );
    open(root, place.panel, transport);
    window.addEventListener('hashchange', () => location.reload());
  }
}
