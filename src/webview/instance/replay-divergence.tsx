import type { JSX } from 'preact';
import type { ReplayDivergenceValue } from '../../protocol/replay-values';
import { shortFile } from '../models/replay';
import { Icon } from '../ui/icon';
import type { InstanceParts } from './panel-context';

/** History and code side by side, where they part. */
export function ReplayDivergence({
  parts,
  divergence,
}: {
  parts: InstanceParts;
  divergence: ReplayDivergenceValue;
}): JSX.Element {
  const { row, recorded, actual, place, sourceLine, causeTitle, causeExplanation, message } = divergence;
  return (
    <section class="replay-divergence" aria-label="Not deterministic">
      <h2>
        <Icon name="warning" />
        The code does not do what the history says
      </h2>
      <div class="divergence-sides">
        <div class="divergence-side">
          <h3>Recorded{row === null ? '' : ` in row ${row + 1}`}</h3>
          <code>{recorded ?? 'nothing more'}</code>
          {row === null ? null : (
            <button type="button" class="link" onClick={() => parts.store.replay.showRow(row)}>
              Show the row
            </button>
          )}
        </div>
        <div class="divergence-side">
          <h3>The code now</h3>
          <code>{actual ?? 'nothing more'}</code>
          {place === null ? null : (
            <button type="button" class="link" onClick={() => parts.transport.send({ type: 'openSource', location: place })}>
              {shortFile(place.file)}:{place.line1}
            </button>
          )}
          {sourceLine === null ? null : <pre class="divergence-line">{sourceLine.trim()}</pre>}
        </div>
      </div>
      <p>
        <strong>Likely cause: {causeTitle}.</strong> {causeExplanation}
      </p>
      <p class="quiet-text">{message}</p>
    </section>
  );
}
