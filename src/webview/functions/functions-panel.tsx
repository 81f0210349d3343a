import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import * as z from 'zod';
import { countText } from '../../base/count-text';
import type { FunctionNode } from '../../protocol/functions-panel';
import type { Notice } from '../instance/panel-context';
import { layOut, matching } from '../models/functions-layout';
import { functionsSvg } from '../models/functions-svg';
import type { FunctionsStore } from '../state/functions-state';
import type { ViewMemory } from '../state/view-memory';
import type { PanelTransport } from '../transport/panel-transport';
import { useStore } from '../ui/hooks';
import { IconButton } from '../ui/icon-button';
import { Banner, EmptyState, Loading, NotConnected, NotLive } from '../ui/message';
import { colourOf, SavePicture } from '../ui/save-picture';
import { Segments } from '../ui/segments';
import { FilterField, ToolbarEnd } from '../ui/toolbar';
import { usePreferred } from '../ui/use-remembered';
import { FunctionDetail } from './function-detail';
import { FunctionsGraph, scaleSteps } from './functions-graph';
import { FunctionsList } from './functions-list';

interface FunctionsPanelProps {
  store: FunctionsStore;
  transport: PanelTransport;
  memory: ViewMemory;
}

const views = [
  { id: 'graph', title: 'Graph', hint: 'Who calls what, drawn' },
  { id: 'list', title: 'List', hint: 'The same, in words' },
] as const;

export function FunctionsPanel({ store, transport, memory }: FunctionsPanelProps): JSX.Element {
  const { snapshot, problem, canStart } = useStore(store.state);
  const [view, setView] = usePreferred(memory, 'functionsView', z.enum(['graph', 'list']), 'graph');
  const [text, setText] = useState('');
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [scale, setScale] = useState<number | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);
  // The graph is laid out anew only when its parts change, not when counts do.
  const shown = useMemo(
    () => (snapshot === null ? { nodes: [], edges: [] } : matching(text, snapshot.nodes, snapshot.edges)),
    [snapshot, text],
  );
  const shape =
    shown.nodes.map(({ id }) => id).join('\n') + shown.edges.map(({ from, to, kind }) => `${from} ${to} ${kind}`).join('\n');
  const places = useMemo(() => layOut(shown.nodes, shown.edges), [shape]);
  if (snapshot === null) {
    return (
      <main class="panel">
        {problem === null ? (
          <Loading text="Reading the functions…" />
        ) : (
          <NotConnected problem={problem} canStart={canStart} transport={transport} />
        )}
      </main>
    );
  }
  const byId = new Map(shown.nodes.map((node) => [node.id, node]));
  const layout = {
    ...places,
    nodes: places.nodes.flatMap((each) => {
      const node = byId.get(each.node.id);
      return node === undefined ? [] : [{ ...each, node }];
    }),
  };
  const selected = snapshot.nodes.find(({ id }) => id === selectedId) ?? null;
  const goToCode = (node: FunctionNode): void => {
    if (node.location !== null) transport.send({ type: 'openSource', location: node.location });
  };
  const select = (node: FunctionNode | null): void => setSelectedId(node?.id ?? null);
  const isEmpty = snapshot.nodes.length === 0;
  const chosenScale = (step: number): void => {
    const now = scale ?? 1;
    const next = step > 0 ? scaleSteps.find((each) => each > now + 0.01) : scaleSteps.findLast((each) => each < now - 0.01);
    if (next !== undefined) setScale(next);
  };
  return (
    <main class="panel functions-panel">
      {problem === null ? null : <NotLive problem={problem} canStart={canStart} transport={transport} />}
      {notice === null ? null : (
        <Banner kind={notice.kind} onClose={() => setNotice(null)}>
          {notice.text}
        </Banner>
      )}
      <header class="instances-header">
        <div class="title-line">
          <h1>Functions</h1>
          {snapshot.app === '' ? null : <span class="quiet-text">{snapshot.app}</span>}
        </div>
        <div class="toolbar" role="toolbar" aria-label="Functions">
          <FilterField label="Search functions by name" placeholder="Search functions" text={text} onText={setText} />
          <Segments label="View" choices={views} chosen={view} onChoose={setView} />
          {view === 'graph' && !isEmpty ? (
            <>
              <IconButton icon="zoom-out" label="Smaller" onClick={() => chosenScale(-1)} />
              <IconButton icon="zoom-in" label="Larger" onClick={() => chosenScale(1)} />
              <IconButton icon="screen-full" label="Fit" onClick={() => setScale(null)} />
              <SavePicture
                label="Save the graph as a picture"
                name={`functions-${snapshot.app === '' ? 'graph' : snapshot.app}`}
                svg={() =>
                  functionsSvg({
                    title: snapshot.app === '' ? 'Functions' : `Functions of ${snapshot.app}`,
                    layout,
                    palette: {
                      ground: colourOf('var(--ground)'),
                      text: colourOf('var(--text)'),
                      quiet: colourOf('var(--quiet)'),
                      line: colourOf('var(--edge)'),
                      bad: colourOf('var(--error-text)'),
                      http: colourOf('var(--ended)'),
                      timer: colourOf('var(--ended)'),
                      other: colourOf('var(--ended)'),
                      orchestrator: colourOf('var(--busy)'),
                      activity: colourOf('var(--good)'),
                      entity: colourOf('var(--paused)'),
                      event: colourOf('var(--waits)'),
                    },
                  })
                }
                save={(name, content, encoding) => store.saveText(name, content, encoding)}
                tell={setNotice}
              />
            </>
          ) : null}
          <ToolbarEnd
            about={aboutCounts(snapshot)}
            count={countText(snapshot.nodes.length, 'function or event', 'functions and events')}
          />
        </div>
      </header>
      {isEmpty ? (
        <EmptyState icon="type-hierarchy-sub" title="No functions found">
          {snapshot.hasCode
            ? 'Nothing in the sources of this folder registers durable functions, and nothing has run here. Functions show as soon as there are some.'
            : 'No app is loaded here, and nothing has run. Functions show as soon as there are some.'}
        </EmptyState>
      ) : (
        <div class={`functions-body ${selected === null ? '' : 'has-detail'}`}>
          {shown.nodes.length === 0 ? (
            <EmptyState icon="search" title="No function has that in its name">
              <button type="button" class="link" onClick={() => setText('')}>
                Show all
              </button>
            </EmptyState>
          ) : view === 'graph' ? (
            <FunctionsGraph
              layout={layout}
              edges={snapshot.edges}
              selectedId={selectedId}
              scale={scale}
              onScale={setScale}
              onSelect={select}
              onOpen={goToCode}
            />
          ) : (
            <FunctionsList
              nodes={shown.nodes}
              all={snapshot.nodes}
              edges={snapshot.edges}
              selectedId={selectedId}
              onSelect={select}
            />
          )}
          {selected === null ? null : (
            <FunctionDetail
              node={selected}
              snapshot={snapshot}
              transport={transport}
              onSelect={select}
              onClose={() => setSelectedId(null)}
            />
          )}
        </div>
      )}
      {isEmpty ? null : <p class="functions-note quiet-text">{aboutCounts(snapshot)}</p>}
    </main>
  );
}

function aboutCounts({
  instances,
  instancesRead,
  hasCode,
}: {
  instances: number;
  instancesRead: number;
  hasCode: boolean;
}): string {
  const edges = hasCode ? '' : 'Arrows are what instances have called. ';
  if (instances === 0) return `${edges}Nothing has run yet.`;
  const looked =
    instancesRead < instances
      ? `the ${instancesRead.toLocaleString('en')} of ${instances.toLocaleString('en')} instances last updated`
      : instances === 1
        ? 'the one instance'
        : `all ${instances.toLocaleString('en')} instances`;
  return `${edges}Calls and events are counted in ${looked}.`;
}
