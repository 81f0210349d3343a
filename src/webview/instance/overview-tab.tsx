import type { JSX } from 'preact';
import { isTerminal } from '../../core/values/status';
import { Section } from '../ui/section';
import { CustomStatusSection } from './custom-status-section';
import { FailureSection } from './failure-section';
import { InstanceLink } from './instance-link';
import { MeaningSection } from './meaning-section';
import type { InstanceParts } from './panel-context';
import { PayloadSection } from './payload-section';
import { ProductionSection } from './production-section';
import { WaitingSection } from './waiting-section';

export function OverviewTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { instance, snapshot } = parts;
  return (
    <div class="overview">
      <div class="overview-column">
        <FailureSection parts={parts} />
        <MeaningSection parts={parts} />
        <ProductionSection parts={parts} />
        <WaitingSection parts={parts} />
        <CustomStatusSection parts={parts} />
      </div>
      <div class="overview-column">
        <PayloadSection parts={parts} title="Input" text={instance.input} none="Started without an input." />
        {instance.runtimeStatus === 'Failed' ? null : (
          <PayloadSection
            parts={parts}
            title="Output"
            text={instance.output}
            none={isTerminal(instance.runtimeStatus) ? 'Ended without an output.' : 'None yet: the instance has not ended.'}
          />
        )}
        {snapshot.childCount === 0 ? null : (
          <Section title="Sub-orchestrations" note={snapshot.childCount.toLocaleString('en')}>
            <ul class="children-list">
              {snapshot.children.map((child) => (
                <li key={child.instanceId}>
                  <InstanceLink instance={child} transport={parts.transport} />
                </li>
              ))}
            </ul>
            {snapshot.childCount > snapshot.children.length ? (
              <p class="quiet-text">and {(snapshot.childCount - snapshot.children.length).toLocaleString('en')} more</p>
            ) : null}
          </Section>
        )}
        <DetailsSection parts={parts} />
      </div>
    </div>
  );
}

function DetailsSection({ parts }: { parts: InstanceParts }): JSX.Element {
  const { instance } = parts;
  const rows: [name: string, value: string][] = [
    ['Execution id', instance.executionId],
    ['Created', instance.createdTime],
    ['Last updated', instance.lastUpdatedTime],
    ...(instance.completedTime === null ? [] : [['Completed', instance.completedTime] as [string, string]]),
    ...(instance.scheduledStartTime === null ? [] : [['Scheduled start', instance.scheduledStartTime] as [string, string]]),
    ['Generation', String(instance.generation)],
    ...Object.entries(instance.tags ?? {}).map(([key, value]): [string, string] => [`Tag ${key}`, value]),
  ];
  return (
    <Section title="Details" startsOpen={false}>
      <table class="details">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <code>{value}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
