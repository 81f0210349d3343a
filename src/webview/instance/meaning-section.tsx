import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Meaning } from '../../core/instances/meanings/meaning';
import { meanings } from '../../core/instances/meanings/meanings';
import { isEntityId } from '../../core/values/instance-id';
import { Icon } from '../ui/icon';
import { Section } from '../ui/section';
import type { InstanceParts } from './panel-context';

/** What would puzzle about the instance, and what it means; nothing when nothing does. Meanings of one kind are told once. */
export function MeaningSection({ parts }: { parts: InstanceParts }): JSX.Element | null {
  const { instance, state, snapshot } = parts;
  const { events: awaitedEvents, unawaited, codeEnded, stuck } = snapshot.waitingFor;
  const found = useMemo(() => {
    if (isEntityId(instance.instanceId)) return [];
    const { instanceId, runtimeStatus, output, profile, failureStack, historyLength } = instance;
    return meanings(
      {
        instanceId,
        runtimeStatus,
        output,
        awaitedEvents,
        historyLength,
        waits: {
          ...(unawaited === undefined ? {} : { unawaited }),
          ...(codeEnded === undefined ? {} : { codeEnded }),
        },
        ...(profile === undefined ? {} : { profile }),
        ...(stuck === undefined ? {} : { stuck }),
        ...(failureStack === null ? {} : { failureStack }),
      },
      state.events,
    );
  }, [
    state.historyKey,
    state.events.length,
    instance.runtimeStatus,
    instance.output,
    instance.historyLength,
    stuck,
    awaitedEvents.join('\n'),
    unawaited?.join('\n'),
    codeEnded,
  ]);
  // Of a failed instance the card of its failure has these.
  const told = found.filter(({ id }) => (id !== 'httpRefused' && id !== 'astray') || instance.runtimeStatus !== 'Failed');
  if (told.length === 0) return null;
  const first = new Map<string, Meaning>();
  for (const meaning of told) if (!first.has(meaning.message)) first.set(meaning.message, meaning);
  return (
    <Section title="What it means" class="meanings">
      <ul class="store-notes">
        {[...first.values()].map((meaning) => (
          <li key={meaning.message} data-meaning={meaning.id} title={meaning.docs}>
            <Icon name="info" /> {meaning.message}
            {parts.transport.place === 'browser' ? null : (
              <>
                {' '}
                <button
                  type="button"
                  class="link"
                  aria-label={`Read more: ${meaning.title}`}
                  onClick={() => parts.transport.send({ type: 'openDocs', page: meaning.docs })}
                >
                  Read more
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
