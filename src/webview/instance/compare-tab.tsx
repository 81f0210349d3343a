import type { JSX } from 'preact';
import type { Comparison } from '../../protocol/instance-panel';
import { Icon } from '../ui/icon';
import { EmptyState, Loading } from '../ui/message';
import { OriginLink } from './origin-link';
import type { InstanceParts } from './panel-context';

/** A fork beside the run that it comes from: calls and events aligned, the first difference marked, outputs and custom statuses. */
export function CompareTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { comparison } = parts.state;
  if (comparison === null) return <Loading text="Comparing both runs…" />;
  if (comparison.isGone) {
    return (
      <EmptyState icon="question" heading title={`${comparison.originId} is gone`}>
        The instance that this one was forked from was purged: there is nothing to compare with.
      </EmptyState>
    );
  }
  const { rows, total, first, originId } = comparison;
  return (
    <div class="compare">
      <p class="compare-summary" role="status">
        <Icon name={comparison.isSame ? 'pass' : 'diff'} /> {summaryOf(comparison)}
      </p>
      <table class="compare-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">
              Origin <OriginLink instanceId={originId} transport={parts.transport} />
            </th>
            <th scope="col">This fork</th>
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
                <code>{row.left?.result ?? ''}</code>
              </td>
              <td>
                <code>{row.right?.result ?? ''}</code>
              </td>
              <td class="compare-aspects">{aspectsOf(row)}</td>
            </tr>
          ))}
          {valuesOf(comparison).map(({ name, value }) => (
            <tr key={name} class={value.likeness === 'other' ? 'compare-other compare-value' : 'compare-value'}>
              <th scope="row">{name}</th>
              <td>
                <code>{value.left ?? ''}</code>
              </td>
              <td>
                <code>{value.right ?? ''}</code>
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

function summaryOf({ isSame, first, rows }: Comparison): string {
  if (isSame) return 'Both runs say the same but for ids and times.';
  const row = first === null ? undefined : rows[first];
  return row === undefined
    ? 'The histories say the same; the values below differ.'
    : `First difference: ${namesOf(row)}, ${aspectsOf(row)}.`;
}

function namesOf({ left, right }: Comparison['rows'][number]): string {
  return [...new Set([left, right].flatMap((side) => (side === null ? [] : [side.text])))].join(' | ');
}

function aspectsOf({ left, differences, isIncidental }: Comparison['rows'][number]): string {
  const texts = differences.map((each) =>
    each === 'only here' ? `only in ${left === null ? 'this fork' : 'the origin'}` : each,
  );
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
