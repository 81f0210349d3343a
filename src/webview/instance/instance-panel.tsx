import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import * as z from 'zod';
import type { InstanceStore } from '../state/instance-state';
import type { ViewMemory } from '../state/view-memory';
import type { PanelTransport } from '../transport/panel-transport';
import { useStore } from '../ui/hooks';
import { Banner, EmptyState, Loading, NotConnected, NotLive } from '../ui/message';
import { Tabs, type Tab } from '../ui/tabs';
import { useRemembered } from '../ui/use-remembered';
import { CompareTab } from './compare-tab';
import { HistoryTab } from './history-tab';
import { InstanceHeader } from './instance-header';
import { LogTab } from './log-tab';
import { OverviewTab } from './overview-tab';
import type { InstanceParts, InstanceView, Notice } from './panel-context';
import { RaiseEvent } from './raise-event';
import { ReplayTab } from './replay-tab';
import { SequenceTab } from './sequence-tab';
import { TimelineTab } from './timeline-tab';

const tabShape = z.enum(['overview', 'history', 'compare', 'replay', 'timeline', 'sequence', 'log']);
type TabId = z.infer<typeof tabShape>;

const views: Readonly<Record<TabId, InstanceView>> = {
  overview: (parts) => <OverviewTab parts={parts} />,
  history: (parts) => <HistoryTab parts={parts} />,
  compare: (parts) => <CompareTab parts={parts} />,
  replay: (parts) => <ReplayTab parts={parts} />,
  timeline: (parts) => <TimelineTab parts={parts} />,
  sequence: (parts) => <SequenceTab parts={parts} />,
  log: (parts) => <LogTab parts={parts} />,
};

interface InstancePanelProps {
  store: InstanceStore;
  transport: PanelTransport;
  memory: ViewMemory;
}

export function InstancePanel({ store, transport, memory }: InstancePanelProps): JSX.Element {
  const state = useStore(store.state);
  const [tab, setTab] = useRemembered<TabId>(memory, 'tab', tabShape, 'overview');
  const [notice, setNotice] = useState<Notice | null>(null);
  const [raising, setRaising] = useState(false);
  const { snapshot } = state;
  const instanceId = snapshot?.instanceId;
  useEffect(() => {
    if (instanceId !== undefined) memory.fix({ instanceId });
  }, [instanceId]);
  const isFork = snapshot?.instance?.fork !== undefined;
  useEffect(() => {
    // What a fork is made for.
    if (isFork && memory.read('tab', z.string(), '') === '') setTab('compare');
  }, [isFork]);
  const comparesWith = snapshot?.comparesWith;
  useEffect(() => {
    if (comparesWith !== undefined) setTab('compare');
  }, [comparesWith]);
  const opensReplay = snapshot?.opensReplay === true;
  const isImported = snapshot?.isImported === true;
  useEffect(() => {
    // What was asked for comes first; an imported history only begins with it.
    if (opensReplay && (!isImported || memory.read('tab', z.string(), '') === '')) setTab('replay');
  }, [opensReplay]);

  if (snapshot === null) {
    return (
      <main class="panel">
        {state.problem === null ? (
          <Loading text="Reading the instance…" />
        ) : (
          <NotConnected problem={state.problem} canStart={state.canStart} transport={transport} />
        )}
      </main>
    );
  }
  const { instance } = snapshot;
  if (instance === null) {
    return (
      <main class="panel">
        {state.problem === null ? null : <NotLive problem={state.problem} canStart={state.canStart} transport={transport} />}
        <EmptyState icon="question" heading title={`No instance ${snapshot.instanceId}`}>
          It was purged, or belongs to another task hub. This panel fills again when an instance with this id starts.
        </EmptyState>
      </main>
    );
  }
  const parts: InstanceParts = {
    store,
    state,
    snapshot,
    instance,
    transport,
    memory,
    tell: setNotice,
    showRow(at) {
      memory.write('historyCursor', at);
      memory.write('historyView', 'stored');
      setTab('history');
    },
    showReplay: snapshot.canReplay === true ? () => setTab('replay') : null,
  };
  const tabs: Tab<TabId>[] = [
    { id: 'overview', title: 'Overview' },
    { id: 'history', title: 'History', count: Math.max(state.historyTotal, instance.historyLength) },
    ...(instance.fork === undefined && comparesWith === undefined ? [] : [{ id: 'compare', title: 'Compare' } as const]),
    ...(snapshot.canReplay === true ? [{ id: 'replay', title: 'Replay' } as const] : []),
    { id: 'timeline', title: 'Timeline' },
    { id: 'sequence', title: 'Sequence' },
    ...(snapshot.hasLog === true ? [{ id: 'log', title: 'Log' } as const] : []),
  ];
  // What a reload remembers may not be there any more.
  const shown = tabs.some(({ id }) => id === tab) ? tab : 'overview';
  return (
    <main class="panel instance-panel">
      {state.problem === null ? null : <NotLive problem={state.problem} canStart={state.canStart} transport={transport} />}
      {notice === null ? null : (
        <Banner kind={notice.kind} onClose={() => setNotice(null)}>
          {notice.text}
        </Banner>
      )}
      <InstanceHeader parts={parts} onRaise={() => setRaising(true)} />
      {raising ? (
        <div class="raise-drawer">
          <RaiseEvent parts={parts} name={snapshot.knownEventNames[0] ?? ''} fixed={false} onClose={() => setRaising(false)} />
        </div>
      ) : null}
      <Tabs label="Parts of the instance" tabs={tabs} active={shown} onSelect={setTab}>
        {views[shown](parts)}
      </Tabs>
    </main>
  );
}
