import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { countText } from '../../base/count-text';
import type { FunctionEdge, FunctionNode } from '../../protocol/functions-panel';
import { beside, connectedTo, type FunctionsLayout, isDashed, nodeHeight, nodeWidth } from '../models/functions-layout';
import { countsText, kindIcons, kindTitles, spokenRest } from '../models/functions-texts';
import { useSize } from '../ui/hooks';
import { Icon } from '../ui/icon';

interface FunctionsGraphProps {
  layout: FunctionsLayout;
  /** All of them, also those that are not shown. */
  edges: readonly FunctionEdge[];
  selectedId: string | null;
  /** Null: as large as fits, within what is readable. */
  scale: number | null;
  onScale: (scale: number) => void;
  onSelect: (node: FunctionNode | null) => void;
  onOpen: (node: FunctionNode) => void;
}

export const scaleSteps: readonly number[] = [0.25, 0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2];
/** Smaller is not read any more: one scrolls instead. */
const leastFitted = 0.65;

/** Functions as buttons, calls as arrows between them. The arrow keys go from one to the next; Enter chooses, and again opens the code. */
export function FunctionsGraph(props: FunctionsGraphProps): JSX.Element {
  const { layout, edges, selectedId, onSelect, onOpen, onScale } = props;
  const [sizeRef, size] = useSize();
  const scroller = useRef<HTMLDivElement | null>(null);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const fitted = size.width === 0 ? 1 : Math.min(1, Math.max(leastFitted, size.width / layout.width));
  const scale = props.scale ?? fitted;
  const near = selectedId === null ? null : connectedTo(selectedId, edges);
  const tabbable = layout.nodes.some(({ node }) => node.id === focusedId) ? focusedId : (layout.nodes[0]?.node.id ?? null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    // Not Preact's own listener, which could not keep the page from zooming.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      onScale(Math.min(2, Math.max(0.25, scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1))));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scale, onScale]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const placed = layout.nodes.find(({ node }) => node.id === tabbable);
    if (event.key === 'Escape') onSelect(null);
    if (placed === undefined || !isArrow(event.key)) return;
    event.preventDefault();
    const next = beside(placed, event.key, layout.nodes);
    if (next === undefined) return;
    setFocusedId(next.node.id);
    const button = scroller.current?.querySelector<HTMLElement>(`[data-function="${CSS.escape(next.node.id)}"]`);
    button?.focus();
    button?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  return (
    <div
      class="functions-scroll"
      ref={(element) => {
        scroller.current = element;
        sizeRef(element);
      }}
    >
      <div class="functions-sheet" style={{ width: `${layout.width * scale}px`, height: `${layout.height * scale}px` }}>
        <div
          class={`functions-graph ${near === null ? '' : 'has-selection'}`}
          role="group"
          aria-label="Functions: arrow keys go from one to the next, Enter chooses"
          style={{ width: `${layout.width}px`, height: `${layout.height}px`, transform: `scale(${scale})` }}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            if (event.target === event.currentTarget) onSelect(null);
          }}
        >
          <svg class="functions-edges" width={layout.width} height={layout.height} aria-hidden="true">
            {layout.edges.map(({ edge, path, tip }) => {
              const isNear = near?.has(edge.from) === true && near.has(edge.to);
              const isDirect = edge.from === selectedId || edge.to === selectedId;
              const back = tip.isBackward ? 1 : -1;
              return (
                <g
                  key={`${edge.from} ${edge.to} ${edge.kind}`}
                  class={`edge edge-${edge.kind} ${isDirect ? 'is-direct' : ''} ${near !== null && !isNear ? 'is-far' : ''}`}
                >
                  <path d={path} stroke-dasharray={isDashed(edge) ? '5 4' : undefined} />
                  <polygon points={`${tip.x},${tip.y} ${tip.x + back * 7},${tip.y - 4} ${tip.x + back * 7},${tip.y + 4}`} />
                </g>
              );
            })}
          </svg>
          {layout.aloneTop === null ? null : (
            <span class="functions-alone quiet-text" style={{ top: `${layout.aloneTop}px` }}>
              Nothing calls these, and they call nothing
            </span>
          )}
          {layout.nodes.map(({ node, x, y }) => (
            <button
              key={node.id}
              type="button"
              data-function={node.id}
              class={`function-node kind-${node.kind} ${node.isMissing ? 'is-missing' : ''} ${near !== null && !near.has(node.id) ? 'is-far' : ''}`}
              style={{ left: `${x}px`, top: `${y}px`, width: `${nodeWidth}px`, height: `${nodeHeight}px` }}
              aria-pressed={node.id === selectedId}
              title={titleOf(node)}
              tabIndex={node.id === tabbable ? 0 : -1}
              onFocus={() => setFocusedId(node.id)}
              onClick={(event) => {
                // The second press of Enter, or of the mouse.
                if (node.id === selectedId && event.detail !== 1) onOpen(node);
                else onSelect(node);
              }}
            >
              <Icon name={node.isMissing ? 'warning' : kindIcons[node.kind]} />
              <span class="function-words">
                <span class="sr-only">{kindTitles[node.kind]} </span>
                <span class="function-name">{node.name}</span>
                <NodeCounts node={node} />
                <span class="sr-only">, {spokenRest(node, edges)}</span>
              </span>
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

function NodeCounts({ node }: { node: FunctionNode }): JSX.Element {
  const { counts, detail } = node;
  if (counts === null || counts.total === 0)
    return <span class="function-counts">{detail === '' ? kindTitles[node.kind] : detail}</span>;
  return (
    <span class="function-counts">
      {node.kind === 'event'
        ? `${counts.total.toLocaleString('en')} received`
        : countText(counts.total, node.kind === 'orchestrator' ? 'run' : 'call')}
      {counts.running > 0 ? <span class="function-running"> · {counts.running.toLocaleString('en')} running</span> : null}
      {counts.failed > 0 ? <span class="function-failed"> · {counts.failed.toLocaleString('en')} failed</span> : null}
    </span>
  );
}

function titleOf(node: FunctionNode): string {
  return [
    `${kindTitles[node.kind]} ${node.name}`,
    node.detail,
    countsText(node),
    node.isMissing ? 'It is called, and is not among the functions of the app.' : '',
    node.location === null ? '' : 'Double-click: go to the code',
  ]
    .filter((each) => each !== '')
    .join('\n');
}

function isArrow(key: string): key is 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';
}
