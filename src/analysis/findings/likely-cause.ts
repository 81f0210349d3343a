import { adviceFor } from '../../core/history/cause-advice';
import { causeTexts, type DeterminismCause, type Divergence } from '../../core/history/divergence';
import type { Finding } from './finding';

// The ones that let a replay ask for something else; the others fail or do nothing right away. The likeliest first.
const differing: readonly DeterminismCause[] = [
  'replayFlag',
  'currentTime',
  'random',
  'uuid',
  'environment',
  'globalState',
  'network',
  'fileSystem',
  'process',
  'timer',
  'awaitNonDurable',
];

/**
 * A divergence together with what the orchestrator's source has to say about it: where the replay itself could not tell a cause, the
 * finding that most likely is one, nearest to where the code stood; where it could, findings of the same cause say where to look.
 * `findings` are those of the orchestrator. The divergence is given back as it is when none of them has to do with it.
 */
export function likelyCause(divergence: Divergence, findings: readonly Finding[]): Divergence {
  const candidates = findings
    .filter((each) => differing.includes(each.cause))
    .sort((a, b) => rank(a, divergence) - rank(b, divergence));
  const [best] = divergence.cause === 'unknown' ? candidates : candidates.filter((each) => each.cause === divergence.cause);
  if (best === undefined) return divergence;
  const { span, file, cause } = best;
  const { title } = causeTexts[cause];
  const where = `${file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)}:${span.startLine1}`;
  const isNew = divergence.cause !== cause;
  const told = isNew ? `Likely cause: ${title.toLowerCase()} (${where}). ${adviceFor(cause, file)}` : `It is at ${where}.`;
  const before = isNew ? divergence.message.replace(` ${causeTexts.unknown.explanation}`, '') : divergence.message;
  return {
    ...divergence,
    cause,
    message: `${before} ${told}`,
    place: isNew || divergence.place === null ? { file, line: span.startLine1, column: span.startColumn1 } : divergence.place,
  };
}

/** Findings before the place where the code stood count first, the nearest of them; then by how likely the cause is. */
function rank({ cause, file, span }: Finding, { place }: Divergence): number {
  const kind = differing.indexOf(cause);
  if (place?.file !== file) return 2_000_000 + kind;
  const distance = place.line - span.startLine1;
  return distance >= 0 ? distance * 10 + kind / 100 : 1_000_000 - distance * 10 + kind / 100;
}
