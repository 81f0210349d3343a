import type { JSX } from 'preact';
import type { FunctionEdge, FunctionNode, FunctionsSnapshot } from '../../protocol/functions-panel';
import type { SourceLocation } from '../../protocol/panel-values';
import { countsText, edgeVerbs, edgeVerbsBack, kindIcons, kindTitles } from '../models/functions-texts';
import type { PanelTransport } from '../transport/panel-transport';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';

interface FunctionDetailProps {
  node: FunctionNode;
  snapshot: FunctionsSnapshot;
  transport: PanelTransport;
  onSelect: (node: FunctionNode) => void;
  onClose: () => void;
}

/** All that is known of one function, and the ways to its code, its instances and its neighbours. */
export function FunctionDetail({ node, snapshot, transport, onSelect, onClose }: FunctionDetailProps): JSX.Element {
  const into = snapshot.edges.filter(({ to }) => to === node.id);
  const out = snapshot.edges.filter(({ from }) => from === node.id);
  const open = (location: SourceLocation): void => transport.send({ type: 'openSource', location });
  const inEditor = transport.place === 'editor';
  return (
    <aside class="function-detail" aria-label={`${kindTitles[node.kind]} ${node.name}`}>
      <div class="function-detail-head">
        <h2>
          <Icon name={kindIcons[node.kind]} /> {node.name}
        </h2>
        <IconButton icon="close" label="Close the details" onClick={onClose} />
      </div>
      <p class="quiet-text">{[kindTitles[node.kind], node.detail, countsText(node)].filter((each) => each !== '').join(' · ')}</p>
      {node.isMissing ? (
        <p class="function-missing">
          <Icon name="warning" /> It is called, and is not among the functions of the app that runs. Is its file loaded, and the
          name the same?
        </p>
      ) : null}
      <div class="function-actions">
        {node.location !== null && inEditor ? (
          <vscode-button
            data-action="code"
            onClick={() => {
              if (node.location !== null) open(node.location);
            }}
          >
            Go to Code
          </vscode-button>
        ) : null}
        {node.kind === 'orchestrator' && !node.isMissing ? (
          <vscode-button secondary data-action="start" onClick={() => transport.send({ type: 'startInstance', name: node.name })}>
            Start…
          </vscode-button>
        ) : null}
        {node.kind === 'orchestrator' && (node.counts?.total ?? 0) > 0 ? (
          <vscode-button
            secondary
            data-action="instances"
            onClick={() => transport.send({ type: 'showInstances', name: node.name })}
          >
            Show Instances
          </vscode-button>
        ) : null}
      </div>
      <Neighbours title="To" edges={out} verbs={edgeVerbs} other={({ to }) => to} {...{ snapshot, onSelect, open, inEditor }} />
      <Neighbours
        title="From"
        edges={into}
        verbs={edgeVerbsBack}
        other={({ from }) => from}
        {...{ snapshot, onSelect, open, inEditor }}
      />
      {node.computed.length === 0 ? null : (
        <p class="quiet-text">
          It also calls what it computes the name of
          {inEditor
            ? node.computed.slice(0, 5).map((location) => (
                <button
                  type="button"
                  key={`${location.file}:${location.line1}:${location.column1}`}
                  class="link line-link"
                  onClick={() => open(location)}
                >
                  line {location.line1}
                </button>
              ))
            : null}
          .
        </p>
      )}
    </aside>
  );
}

interface NeighboursProps {
  title: string;
  edges: readonly FunctionEdge[];
  verbs: Readonly<Record<FunctionEdge['kind'], string>>;
  other: (edge: FunctionEdge) => string;
  snapshot: FunctionsSnapshot;
  onSelect: (node: FunctionNode) => void;
  open: (location: SourceLocation) => void;
  inEditor: boolean;
}

function Neighbours({ title, edges, verbs, other, snapshot, onSelect, open, inEditor }: NeighboursProps): JSX.Element | null {
  if (edges.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {edges.map((edge) => {
          const node = snapshot.nodes.find(({ id }) => id === other(edge));
          if (node === undefined) return null;
          return (
            <li key={`${edge.from} ${edge.to} ${edge.kind}`} class="function-neighbour">
              <span class="quiet-text">{verbs[edge.kind]}</span>{' '}
              <button type="button" class="link" onClick={() => onSelect(node)}>
                {node.name}
              </button>
              {edge.count > 0 ? <span class="quiet-text"> {edge.count.toLocaleString('en')}×</span> : null}
              {inEditor
                ? edge.locations.slice(0, 3).map((location) => (
                    <button
                      type="button"
                      key={`${location.file}:${location.line1}:${location.column1}`}
                      class="link line-link"
                      title={location.file}
                      onClick={() => open(location)}
                    >
                      line {location.line1}
                    </button>
                  ))
                : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
