/** What is said of work that a process took along when it ended. */
import { countText } from '../../base/count-text';
import type { LostWork } from './requests-under-way';

/** What becomes of it, in a sentence or two for the user. */
export function whatBecomesOf(lost: readonly LostWork[]): string {
  const activities = lost.filter(({ kind }) => kind === 'activity');
  const steps = lost.filter(({ kind }) => kind === 'episode' || kind === 'entity');
  const calls = lost.filter(({ kind }) => kind === 'http' || kind === 'invoke');
  return [
    'A new one is started now, and the app goes on in it.',
    ...(activities.length === 0 ? [] : [activitiesText(activities)]),
    ...(steps.length === 0
      ? []
      : [`${countText(steps.length, 'step')} of orchestrators or entities (${namesOf(steps)}) ${isOrAre(steps)} made again.`]),
    ...(calls.length === 0
      ? []
      : [
          `${countText(calls.length, 'call')} of other functions (${namesOf(calls)}) ${isOrAre(calls)} not repeated: ` +
            `send what is still wanted again.`,
        ]),
  ].join(' ');
}

function activitiesText(activities: readonly LostWork[]): string {
  return activities.length === 1
    ? `The activity that was running (${namesOf(activities)}) runs again from its beginning.`
    : `The ${countText(activities.length, 'activity', 'activities')} that were running (${namesOf(activities)}) run again from their beginning.`;
}

function isOrAre({ length }: readonly LostWork[]): string {
  return length === 1 ? 'is' : 'are';
}

const maxNames = 3;

/** `Work × 200, Greet and 2 further`, the most first. */
function namesOf(lost: readonly LostWork[]): string {
  const counts = new Map<string, number>();
  for (const { name } of lost) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts]
    .sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .map(([name, count]) => (count === 1 ? name : `${name} × ${count}`));
  const further = names.length - maxNames;
  return further > 0 ? `${names.slice(0, maxNames).join(', ')} and ${further} further` : names.join(', ');
}
