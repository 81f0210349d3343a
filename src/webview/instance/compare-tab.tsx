import type { JSX } from 'preact';
import type { Comparison } from '../../protocol/instance-panel';
import { durationText } from '../models/time-text';
import { Icon } from '../ui/icon';
import { EmptyState, Loading } from '../ui/message';
import { OriginLink } from './origin-link';
import type { InstanceParts } from './panel-context';

/** Characters of a value that are shown without scrolling. */
const mostAtOnce = 300;

/** An instance beside another one, a fork beside the run that it comes from: calls and events aligned, the first difference marked, outputs and custom statuses. */
export function CompareTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { comparison } = parts.state;
  const { canReplay, comparesWith, comparesWithImported: isImported } = parts.snapshot;
  const isFork = comparesWith === undefined || comparesWith === parts.instance.fork?.instanceId;
  if (comparison === null) return <Loading text="Comparing both runs…" />;
  if (comparison.isGone) {
    return (
      <EmptyState icon="question" heading title={`${comparison.originId} is gone`}>
        The instance that this one {isFork ? 'was forked from' : 'is compared with'} was purged: there is nothing to compare with.
      </EmptyState>
    );
  }
  const { rows, total, first, originId } = comparison;
  const lastShared = first === null ? null : lastRowUntil(rows, first);
  return (
    <div class="compare">
      <p class="compare-summary" role="status">
        <Icon name={comparison.isSame ? 'pass' : 'diff'} /> {summaryOf(comparison, isFork)}
      </p>
      <table class="compare-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">
              {isFork ? 'Origin' : isImported === true ? 'Imported' : 'Other'}{' '}
              {isImported === true ? <code>{originId}</code> : <OriginLink instanceId={originId} transport={parts.transport} />}
            </th>
            <th scope="col">{isFork ? 'This fork' : 'This instance'}</th>
            <th scope="col">Differs</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr
              key={index}
              class={`${index === first ? 'compare-first' : ''} ${row.differences.length === 0 ? '' : row.isIncidental ? 'compare-incidental' : 'compare-other'}`}
              aria-current={index === first ? 'true' : undefined}
            >
              <th scope="row">
                {index === first ? <Icon name="arrow-right" /> : null} {namesOf(row)}
              </th>
              <td>
                <Side side={row.left} />
              </td>
              <td>
                <Side side={row.right} />
              </td>
              <td class="compare-aspects">
                {aspectsOf(row, isFork)}
                {index === first && lastShared !== null && canReplay === true && parts.transport.place === 'editor' ? (
                  <>
                    {' '}
                    <button
                      type="button"
                      class="link"
                      title="Step through the replay from here: the editor shows the line"
                      onClick={() =>
                        parts.transport.send({
                          type: 'stepTo',
                          instanceId: parts.instance.instanceId,
                          row: lastShared,
                        })
                      }
                    >
                      Show the line
                    </button>
                  </>
                ) : null}
              </td>
            </tr>
          ))}
          {valuesOf(comparison).map(({ name, value }) => (
            <tr key={name} class={value.likeness === 'other' ? 'compare-other compare-value' : 'compare-value'}>
              <th scope="row">{name}</th>
              <td>
                <Value text={value.left} label={`${name}, ${isFork ? 'origin' : 'other'}`} />
              </td>
              <td>
                <Value text={value.right} label={`${name}, ${isFork ? 'this fork' : 'this instance'}`} />
              </td>
              <td class="compare-aspects">
                {{ same: '', incidental: 'ids and times alone', other: 'another value' }[value.likeness]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > rows.length ? (
        <p class="quiet-text">
          The first {rows.length} of {total} operations. &quot;durascope diff&quot; prints all.
        </p>
      ) : null}
    </div>
  );
}

/** Of this instance: where it is the other one that went on, its last row before. */
function lastRowUntil(rows: Comparison['rows'], first: number): number | null {
  return rows.slice(0, first + 1).findLast(({ right }) => right !== null)?.right?.row ?? null;
}

function summaryOf({ isSame, first, rows }: Comparison, isFork: boolean): string {
  if (isSame) return 'Both runs say the same but for ids and times.';
  const row = first === null ? undefined : rows[first];
  return row === undefined
    ? 'The histories say the same; the values below differ.'
    : `First difference: ${namesOf(row)}, ${aspectsOf(row, isFork)}.`;
}

function Side({ side }: { side: Comparison['rows'][number]['left'] }): JSX.Element | null {
  if (side === null) return null;
  return (
    <>
      <code>
        {side.input === null || side.input === '' ? '' : `${side.input} → `}
        {side.result}
      </code>
      {side.tookMs === null ? null : <span class="quiet-text"> {durationText(side.tookMs)}</span>}
    </>
  );
}

/** A long one scrolls in its cell, so that both sides stay in sight. */
function Value({ text, label }: { text: string | null; label: string }): JSX.Element {
  if (text === null || text.length <= mostAtOnce) return <code>{text ?? ''}</code>;
  return (
    <pre class="compare-long" tabIndex={0} role="group" aria-label={label}>
      {text}
    </pre>
  );
}

function namesOf({ left, right }: Comparison['rows'][number]): string {
  return [...new Set([left, right].flatMap((side) => (side === null ? [] : [side.text])))].join(' | ');
}

function aspectsOf({ left, differences, isIncidental }: Comparison['rows'][number], isFork: boolean): string {
  const [here, there] = isFork ? ['this fork', 'the origin'] : ['this instance', 'the other'];
  const texts = differences.map((each) => (each === 'only here' ? `only in ${left === null ? here : there}` : each));
  return isIncidental ? `${texts.join(', ')} (ids and times alone)` : texts.join(', ');
}

function valuesOf({ status, output, customStatuses }: Comparison): { name: string; value: Comparison['output'] }[] {
  const other = customStatuses.findIndex(({ likeness }) => likeness === 'other');
  const custom = customStatuses[other];
  return [
    { name: 'Status', value: status },
    { name: 'Output', value: output },
    ...(custom === undefined ? [] : [{ name: `Custom status, value ${other + 1}`, value: custom }]),
  ];
}
