import { countText } from '../../base/count-text';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { jsonLines, unfoldedLines } from '../models/json-lines';
import { Icon } from './icon';

/** Lines drawn at once; more on request, so that a large value cannot stall the panel. */
const pageLines = 300;

/** JSON text, indented, coloured and foldable; text that is no JSON as it is. `label` names it for screen readers. */
export function JsonView({ text, label }: { text: string; label: string }): JSX.Element {
  const parsed = useMemo(() => jsonLines(text), [text]);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [limit, setLimit] = useState(pageLines);
  if (parsed === undefined) {
    return (
      <pre class="json plain" tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
    );
  }
  const shown = unfoldedLines(parsed.lines, folded);
  const toggle = (at: number): void => {
    const next = new Set(folded);
    if (!next.delete(at)) next.add(at);
    setFolded(next);
  };
  return (
    <div class="json" tabIndex={0} role="group" aria-label={label}>
      {shown.slice(0, limit).map((at) => {
        const line = parsed.lines[at];
        if (line === undefined) return null;
        const isFolded = folded.has(at);
        return (
          <div class="json-line" key={at} style={{ paddingLeft: `${20 + line.depth * 16}px` }}>
            {line.folds === undefined ? null : (
              <button
                type="button"
                class="json-fold"
                style={{ left: `${line.depth * 16}px` }}
                aria-expanded={!isFolded}
                aria-label={isFolded ? 'Unfold' : 'Fold'}
                onClick={() => toggle(at)}
              >
                <Icon name={isFolded ? 'chevron-right' : 'chevron-down'} />
              </button>
            )}
            {line.pieces.map((piece, index) => (
              <span key={index} class={`json-${piece.kind}`}>
                {piece.text}
              </span>
            ))}
            {isFolded ? <span class="json-summary">{line.folds?.summary}</span> : null}
          </div>
        );
      })}
      {shown.length > limit || parsed.cut ? (
        <button type="button" class="link json-more" onClick={() => setLimit(limit + pageLines * 4)}>
          {parsed.cut && shown.length <= limit
            ? 'Cut here: open it in an editor to see all of it'
            : `Show more (${countText(shown.length - limit, 'line')})`}
        </button>
      ) : null}
    </div>
  );
}
