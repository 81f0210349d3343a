import assert from 'node:assert/strict';
import type { InstanceSummary } from '../../src/protocol/panel-values';
import { InstanceStore } from '../../src/webview/state/instance-state';
import { InstancesStore } from '../../src/webview/state/instances-state';
import { Store } from '../../src/webview/state/store';
import { ViewMemory } from '../../src/webview/state/view-memory';
import * as z from 'zod';
import { FakeTransport } from './fake-transport';
import { helloCities } from './histories';

const atOnce = (callback: () => void): void => callback();

describe('a store', () => {
  it('announces many changes once, with the last of them', () => {
    const waiting: (() => void)[] = [];
    const store = new Store({ a: 0, b: 0 }, (callback) => waiting.push(callback));
    const seen: unknown[] = [];
    const subscription = store.subscribe(() => seen.push(store.get()));
    store.set({ a: 1 });
    store.set({ b: 2 });
    assert.equal(waiting.length, 1);
    waiting.pop()?.();
    assert.deepEqual(seen, [{ a: 1, b: 2 }]);
    subscription.dispose();
    store.set({ a: 3 });
    waiting.pop()?.();
    assert.equal(seen.length, 1);
  });
});

describe('what the instance panel knows', () => {
  let transport: FakeTransport;
  let store: InstanceStore;
  beforeEach(() => {
    transport = new FakeTransport();
    store = new InstanceStore(transport, atOnce, () => 1000);
    store.start();
  });
  const chunk = (from: number, to: number, executionId = 'e1') => ({
    type: 'history',
    executionId,
    from,
    total: helloCities.length,
    events: helloCities.slice(from, to),
  });

  it('puts the history together out of its chunks, rows sent twice once', () => {
    assert.deepEqual(transport.sent, [{ type: 'ready' }]);
    transport.deliver(chunk(0, 4));
    transport.deliver(chunk(4, 10));
    transport.deliver(chunk(8, 16));
    const { events, historyTotal } = store.state.get();
    assert.deepEqual(events, helloCities);
    assert.equal(historyTotal, 16);
  });

  it('asks again when it sees a gap or rows of another generation', () => {
    transport.deliver(chunk(0, 4));
    transport.deliver(chunk(6, 10));
    transport.deliver(chunk(4, 10, 'e2'));
    assert.equal(transport.of('ready').length, 3);
    assert.equal(store.state.get().events.length, 4);
  });

  it('starts over with a history that begins again, and says so by its key', () => {
    transport.deliver(chunk(0, 16));
    const { historyKey } = store.state.get();
    transport.deliver(chunk(0, 4));
    assert.equal(store.state.get().events.length, 4);
    assert.notEqual(store.state.get().historyKey, historyKey);
  });

  it('says that there is no connection, and that a message is not one of ours', () => {
    transport.deliver({ type: 'connection', connected: false, message: 'The emulator is stopped.' });
    assert.deepEqual([store.state.get().connected, store.state.get().problem], [false, 'The emulator is stopped.']);
    transport.deliver({ type: 'connection', connected: true });
    assert.equal(store.state.get().problem, null);
    transport.deliver({ type: 'history', executionId: 5 });
    assert.match(store.state.get().problem ?? '', /message "history"/);
  });

  it('hands each answer to its own question', async () => {
    const raised = store.raiseEvent('Go', 'true');
    const acted = store.act({ action: 'suspend', reason: null });
    const [raise] = transport.of('raiseEvent');
    const [act] = transport.of('act');
    transport.deliver({ type: 'actionResult', requestId: act?.requestId, ok: false, message: 'It has ended.' });
    transport.deliver({ type: 'actionResult', requestId: raise?.requestId, ok: true });
    assert.equal((await raised).ok, true);
    assert.equal((await acted).message, 'It has ended.');
  });
});

describe('what the instances panel knows', () => {
  let transport: FakeTransport;
  let store: InstancesStore;
  let later: (() => void)[];
  const order = { orderBy: 'instanceId', descending: false } as const;
  const row = (instanceId: string, more: Partial<InstanceSummary> = {}): InstanceSummary => ({
    instanceId,
    name: 'HelloCities',
    version: '',
    runtimeStatus: 'Running',
    createdTime: '2024-01-01T00:00:00.0000000Z',
    lastUpdatedTime: '2024-01-01T00:00:00.0000000Z',
    completedTime: null,
    scheduledStartTime: null,
    parentInstanceId: null,
    customStatus: null,
    failure: null,
    historyLength: 4,
    ...more,
  });
  const now = '2024-01-01T00:00:10.0000000Z';
  beforeEach(() => {
    transport = new FakeTransport();
    later = [];
    const timers = { setTimeout: (callback: () => void) => later.push(callback) };
    store = new InstancesStore(transport, atOnce, () => 0, timers, { filter: {}, order });
    store.start();
    transport.deliver({
      type: 'hello',
      now,
      capabilities: { rewind: true, entities: true, suspend: true },
      names: ['HelloCities'],
      hub: 'app',
    });
  });
  const lastPage = () => transport.of('queryPage').at(-1);
  const deliverPage = (instances: InstanceSummary[], continuationToken?: string) =>
    transport.deliver({
      type: 'page',
      requestId: lastPage()?.requestId,
      now,
      instances,
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
  /** The histogram as something that could not be read. */
  const deliverSums = () => {
    transport.deliver({ type: 'counts', requestId: transport.of('queryCounts').at(-1)?.requestId, byStatus: { Running: 1 } });
    transport.deliver({ type: 'actionResult', requestId: transport.of('queryHistogram').at(-1)?.requestId, ok: false });
  };
  const change = (rows: InstanceSummary[], purged: string[] = [], stale = false) =>
    transport.deliver({ type: 'changed', now, rows, purged, stale });
  const ids = () => store.state.get().rows.map((each) => each.instanceId);

  it('of a hub that counts on request asks for no counts, and for a page when it is scrolled to', () => {
    const capabilities = { rewind: false, entities: true, suspend: false, counts: 'onRequest', readOnly: 'no' };
    const counted = transport.of('queryCounts').length;
    transport.deliver({ type: 'hello', now, capabilities, names: [], hub: 'Shop in shop' });
    assert.equal(transport.of('queryCounts').length, counted);
    transport.deliver({
      ...{ type: 'page', requestId: lastPage()?.requestId, now, instances: [row('a'), row('b')] },
      ...{ continuationToken: 'token', orderedBy: 'instanceId' },
    });
    const { total, hasMore, isInIdOrder } = store.state.get();
    assert.deepEqual([total, hasMore, isInIdOrder], [3, true, true]);
    const asked = transport.of('queryPage').length;
    store.want(1);
    assert.equal(transport.of('queryPage').length, asked);
    store.want(2);
    assert.equal(lastPage()?.continuationToken, 'token');
    transport.deliver({ type: 'actionResult', requestId: lastPage()?.requestId, ok: false, message: 'too busy' });
    assert.equal(store.state.get().problem, 'too busy');
    store.want(2);
    deliverPage([row('c')]);
    assert.deepEqual([store.state.get().total, store.state.get().problem, ids()], [3, null, ['a', 'b', 'c']]);
    store.count();
    const { requestId } = transport.of('queryCounts').at(-1) ?? assert.fail();
    transport.deliver({ type: 'counts', requestId, byStatus: { Running: 2 }, part: 'counting' });
    assert.deepEqual([store.state.get().counts, store.state.get().counting], [{ Running: 2 }, 'counting']);
    store.stopCounting();
    assert.equal(transport.of('stopCounting').length, 1);
    transport.deliver({ type: 'counts', requestId, byStatus: { Running: 3 }, part: 'stopped' });
    assert.deepEqual([store.state.get().counts, store.state.get().counting], [{ Running: 3 }, 'stopped']);
    store.show({ statuses: ['Failed'] }, order);
    assert.deepEqual([store.state.get().counts, store.state.get().counting], [null, null]);
  });

  it('loads page after page as far as is on screen', () => {
    deliverPage([row('a'), row('b')], 'token');
    transport.deliver({ type: 'counts', requestId: transport.of('queryCounts').at(-1)?.requestId, byStatus: { Running: 5 } });
    assert.equal(store.state.get().total, 5);
    store.want(3);
    assert.equal(lastPage()?.continuationToken, 'token');
    deliverPage([row('b'), row('c'), row('d'), row('e')]);
    assert.deepEqual(ids(), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(store.state.get().total, 5);
    const asked = transport.of('queryPage').length;
    store.want(4);
    assert.equal(transport.of('queryPage').length, asked);
  });

  it('drops the answer to a question it no longer asks', () => {
    const first = lastPage()?.requestId;
    store.show({ text: 'x' }, order);
    transport.deliver({ type: 'page', requestId: first, now, instances: [row('old')] });
    assert.deepEqual(ids(), []);
    deliverPage([row('x1')]);
    assert.deepEqual(ids(), ['x1']);
  });

  it('follows changes in place: new rows in their order, changed ones, those that leave the filter, purged ones', () => {
    store.show({ statuses: ['Running'] }, order);
    deliverPage([row('a'), row('c'), row('e')]);
    change([row('b'), row('c', { customStatus: '"new"' }), row('e', { runtimeStatus: 'Completed' })], ['a']);
    assert.deepEqual(ids(), ['b', 'c']);
    assert.equal(store.state.get().rows[1]?.customStatus, '"new"');
    assert.equal(store.state.get().total, 2);
  });

  it('does not put rows behind what is loaded, and asks for sums once after many changes', () => {
    deliverPage([row('a'), row('b')], 'token');
    deliverSums();
    const asked = transport.of('queryCounts').length;
    change([row('z')]);
    change([row('y')]);
    assert.deepEqual(ids(), ['a', 'b']);
    assert.equal(later.length, 1);
    later.pop()?.();
    assert.equal(transport.of('queryCounts').length, asked + 1);
  });

  it('asks for the list again when too much changed to be told', () => {
    deliverPage([row('a')]);
    const asked = transport.of('queryPage').length;
    change([], [], true);
    later.pop()?.();
    assert.equal(transport.of('queryPage').length, asked + 1);
    assert.deepEqual(ids(), ['a']);
  });

  it('shows what was asked for although the hub changes sooner than it can answer', () => {
    deliverPage([row('a')]);
    store.show({ text: 'refused' }, order);
    const [asked, sums] = [transport.of('queryPage').length, transport.of('queryHistogram').length];
    for (let round = 0; round < 5; round++) {
      change([], [], true);
      for (const refresh of later.splice(0)) refresh();
    }
    assert.deepEqual([transport.of('queryPage').length, transport.of('queryHistogram').length], [asked, sums]);
    deliverPage([row('found')]);
    assert.deepEqual(ids(), ['found']);
    // What has changed meanwhile is asked for now: the list, and the sums once they are answered too.
    for (const refresh of later.splice(0)) refresh();
    assert.deepEqual([transport.of('queryPage').length, transport.of('queryHistogram').length], [asked + 1, sums]);
    deliverSums();
    for (const refresh of later.splice(0)) refresh();
    assert.equal(transport.of('queryHistogram').length, sums + 1);
  });

  it('asks anew when the connection is back', () => {
    deliverPage([row('a')]);
    const asked = transport.of('queryPage').length;
    transport.deliver({ type: 'connection', connected: false, message: 'Stopped.' });
    transport.deliver({ type: 'connection', connected: true });
    assert.equal(transport.of('queryPage').length, asked + 1);
  });

  it('goes on saying that the emulator is gone when what was asked before cannot be answered', () => {
    transport.deliver({ type: 'connection', connected: true });
    const [page, counts] = [lastPage()?.requestId, transport.of('queryCounts').at(-1)?.requestId];
    transport.deliver({ type: 'connection', connected: false, message: 'The emulator is stopped.' });
    for (const requestId of [page, counts]) {
      assert.notEqual(requestId, undefined);
      transport.deliver({ type: 'actionResult', requestId, ok: false, message: 'Nothing answers.' });
      assert.equal(store.state.get().problem, 'The emulator is stopped.');
    }
  });

  it('keeps the chart over all times while the list is cut to a range of it', () => {
    store.show({ text: 'x', createdTimeFrom: now, createdTimeTo: now }, order);
    assert.deepEqual(transport.of('queryHistogram').at(-1)?.filter, { text: 'x' });
    assert.equal(transport.of('queryPage').at(-1)?.filter.createdTimeFrom, now);
  });
});

describe('what a panel remembers', () => {
  it('is found again, with what the editor needs, and only in the shape that is wanted', () => {
    let saved: unknown = { tab: 'history', columns: 5 };
    const sent: unknown[] = [];
    const transport = {
      loadState: () => saved,
      saveState: (state: unknown) => (saved = state),
      loadPreferences: () => ({ tab: 'sequence', historyView: 'stored', wide: 'no' }),
      send: (message: unknown) => void sent.push(message),
    };
    const memory = new ViewMemory(transport);
    assert.equal(memory.read('tab', z.string(), 'overview'), 'history');
    assert.deepEqual(memory.read('columns', z.record(z.string(), z.boolean()), {}), {});
    memory.fix({ instanceId: 'abc' });
    memory.write('tab', 'timeline');
    assert.deepEqual(saved, { tab: 'timeline', columns: 5, instanceId: 'abc' });
    // What was chosen in another panel, until this one has a choice of its own.
    assert.equal(memory.read('historyView', z.string(), 'compact'), 'stored');
    assert.equal(memory.read('wide', z.boolean(), false), false);
    memory.prefer('historyView', 'compact');
    assert.equal(memory.read('historyView', z.string(), ''), 'compact');
    assert.deepEqual(sent, [{ type: 'prefer', key: 'historyView', value: 'compact' }]);
  });

  it('keeps the part that was looked at where another instance takes its tab, and none of the rest', () => {
    const saved = { tab: 'history', historyText: 'charge', historyCursor: 4, instanceId: 'before' };
    const transport = { loadState: () => saved, saveState: () => undefined, loadPreferences: () => ({}), send: () => undefined };
    const read = (instanceId?: string) => {
      const memory = new ViewMemory(transport, {}, instanceId);
      return [memory.read('tab', z.string(), 'overview'), memory.read('historyText', z.string(), '')];
    };
    assert.deepEqual(read('after'), ['history', '']);
    assert.deepEqual(read('before'), ['history', 'charge']);
    assert.deepEqual(read(), ['history', 'charge']);
  });
});
