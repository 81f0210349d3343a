import type { JSX } from 'preact';

/** Beside an input that production would not show. */
export function KeptNote(): JSX.Element {
  return (
    <span
      class="kept-note"
      title="host.json does not store inputs (extensions.durableTask.storeInputsInOrchestrationHistory): the history has none, in production as here."
    >
      kept here, not in the stored history
    </span>
  );
}
