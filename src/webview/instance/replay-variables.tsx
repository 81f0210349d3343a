import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ReplayMomentValue, ReplayVariable } from '../../protocol/replay-values';
import { Icon } from '../ui/icon';

const pageSize = 100;

interface ReplayVariablesProps {
  scope: ReplayMomentValue['scopes'][number];
  opened: ReadonlyMap<string, readonly ReplayVariable[]>;
  onOpen: (reference: string, start: number, count: number) => void;
  onClose: (reference: string) => void;
}

/** One scope as a tree; what is inside of a value is asked for when it is opened. */
export function ReplayVariables({ scope, opened, onOpen, onClose }: ReplayVariablesProps): JSX.Element {
  const [open, setOpen] = useState(scope.isOpen);
  const variables = scope.isOpen ? scope.variables : (opened.get(scope.reference) ?? []);
  const toggle = (): void => {
    if (!open && !scope.isOpen && !opened.has(scope.reference)) onOpen(scope.reference, 0, pageSize);
    setOpen(!open);
  };
  return (
    <div class="replay-scope">
      <button type="button" class="scope-name" aria-expanded={open} onClick={toggle}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        {scope.name}
      </button>
      {open ? <Lines variables={variables} depth={1} opened={opened} onOpen={onOpen} onClose={onClose} /> : null}
    </div>
  );
}

type LinesProps = Omit<ReplayVariablesProps, 'scope'> & { variables: readonly ReplayVariable[]; depth: number };

function Lines({ variables, depth, opened, onOpen, onClose }: LinesProps): JSX.Element {
  if (variables.length === 0) return <p class="quiet-text replay-none">Nothing.</p>;
  return (
    <ul class="replay-variables">
      {variables.map((variable, index) => {
        const { reference } = variable;
        const inside = reference === null ? undefined : opened.get(reference);
        const rest = (variable.indexedCount ?? 0) - (inside?.length ?? 0);
        return (
          <li key={`${variable.name} ${index}`}>
            <div class="replay-variable" style={{ paddingLeft: `${depth * 14}px` }}>
              {reference === null ? (
                <span class="fold-space" />
              ) : (
                <button
                  type="button"
                  class="json-fold-inline"
                  aria-expanded={inside !== undefined}
                  aria-label={`${variable.name}: ${inside === undefined ? 'open' : 'close'}`}
                  onClick={() => (inside === undefined ? onOpen(reference, 0, pageSize) : onClose(reference))}
                >
                  <Icon name={inside === undefined ? 'chevron-right' : 'chevron-down'} />
                </button>
              )}
              <span class="variable-name">{variable.name}</span>
              <span class={`variable-value value-${valueKind(variable.type)}`} title={variable.value}>
                {variable.value}
              </span>
            </div>
            {inside === undefined || reference === null ? null : (
              <>
                <Lines variables={inside} depth={depth + 1} opened={opened} onOpen={onOpen} onClose={onClose} />
                {rest > 0 ? (
                  <button type="button" class="link replay-more" onClick={() => onOpen(reference, inside.length, pageSize)}>
                    Show more ({rest})
                  </button>
                ) : null}
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function valueKind(type: string): string {
  return ['string', 'number', 'boolean'].includes(type) ? type : 'other';
}
