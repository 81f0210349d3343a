import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { productionStoreNames } from '../../core/instances/production-store';
import { StoreNoteList } from '../models/store-notes';
import { Icon } from '../ui/icon';
import { Section } from '../ui/section';
import type { InstanceParts } from './panel-context';

/** What the store of production would do otherwise; nothing when none is named, or all is well. */
export function ProductionSection({ parts }: { parts: InstanceParts }): JSX.Element | null {
  const { instance, state, snapshot } = parts;
  const list = useRef(new StoreNoteList());
  const store = snapshot.capabilities.productionStore;
  const groups = list.current.update({
    store,
    instanceId: instance.instanceId,
    scheduledStartTime: instance.scheduledStartTime,
    events: state.events,
    historyKey: state.historyKey,
  });
  if (store === undefined || groups.length === 0) return null;
  return (
    <Section title={`In production, on ${productionStoreNames[store]}`} note={groups.length.toLocaleString('en')}>
      <ul class="store-notes">
        {groups.map((group) => (
          <li key={group.rule}>
            <Icon name={group.severity === 'warning' ? 'warning' : 'info'} /> {group.message}
            {group.events.length === 1 ? null : (
              <span class="quiet-text"> and {(group.events.length - 1).toLocaleString('en')} more like this</span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
