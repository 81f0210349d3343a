import type { JSX } from 'preact';
import { functionKinds, type FunctionEdge, type FunctionNode } from '../../protocol/functions-panel';
import { countsText, edgeVerbs, kindIcons, kindTitles } from '../models/functions-texts';
import { Icon } from '../ui/icon';
import { Section } from '../ui/section';

interface FunctionsListProps {
  nodes: readonly FunctionNode[];
  /** Also those that the filter leaves out: calls lead there. */
  all: readonly FunctionNode[];
  edges: readonly FunctionEdge[];
  selectedId: string | null;
  onSelect: (node: FunctionNode) => void;
}

const order = [...functionKinds].sort((a, b) => Number(b === 'orchestrator') - Number(a === 'orchestrator'));
const plurals: Readonly<Record<FunctionNode['kind'], string>> = {
  http: 'HTTP triggers',
  timer: 'Timer triggers',
  other: 'Triggers',
  orchestrator: 'Orchestrators',
  activity: 'Activities',
  entity: 'Entities',
  event: 'Events',
};

/** The graph in words: each function with what it calls. */
export function FunctionsList({ nodes, all, edges, selectedId, onSelect }: FunctionsListProps): JSX.Element {
  const byId = new Map(all.map((node) => [node.id, node]));
  return (
    <div class="functions-list">
      {order.map((kind) => {
        const ofKind = nodes.filter((node) => node.kind === kind);
        if (ofKind.length === 0) return null;
        return (
          <Section key={kind} title={plurals[kind]} note={ofKind.length.toLocaleString('en')}>
            <ul>
              {ofKind.map((node) => (
                <li key={node.id} class="function-line">
                  <button
                    type="button"
                    class="link"
                    aria-label={`${kindTitles[node.kind]} ${node.name}: details`}
                    aria-pressed={node.id === selectedId}
                    onClick={() => onSelect(node)}
                  >
                    <Icon name={node.isMissing ? 'warning' : kindIcons[node.kind]} /> {node.name}
                  </button>
                  <span class="quiet-text">{[node.detail, countsText(node)].filter((each) => each !== '').join(' · ')}</span>
                  <span class="function-calls">{callsText(node, edges, byId)}</span>
                </li>
              ))}
            </ul>
          </Section>
        );
      })}
    </div>
  );
}

/** `calls A, B; signals C` */
function callsText(node: FunctionNode, edges: readonly FunctionEdge[], byId: ReadonlyMap<string, FunctionNode>): string {
  const byVerb = new Map<string, string[]>();
  for (const edge of edges) {
    if (edge.from !== node.id) continue;
    const verb = edgeVerbs[edge.kind];
    byVerb.set(verb, [...(byVerb.get(verb) ?? []), byId.get(edge.to)?.name ?? edge.to]);
  }
  return [...byVerb].map(([verb, names]) => `${verb} ${names.join(', ')}`).join('; ');
}
