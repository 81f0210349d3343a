/** "Save Schedule as Test": a schedule of an exploration that a test goes through again, with the app's code as it is then. */
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import type { ExploreOptions } from '../../replay/explore/exploration';
import { appKind } from '../app/app-kind';
import type { ExploreAppOptions } from '../replays/explore-app';
import { fileName, quoted, relativePath, type TestPlace, writeTest, type WrittenTest } from './test-project';

export interface ScheduleTestOptions extends TestPlace {
  /** What was explored. */
  explored: Pick<ExploreOptions, 'name' | 'input' | 'events' | 'expect'> &
    Partial<Pick<ExploreOptions, 'failures' | 'doubles'> & Pick<ExploreAppOptions, 'others'>>;
  schedule: string;
  /** The module of the check. */
  check?: string;
}

/** Rejects with `NotSupported`, and with `InstanceExists` for a file that is there already (`details.files`). */
export async function saveScheduleTest(options: ScheduleTestOptions): Promise<WrittenTest> {
  const { explored, schedule, check } = options;
  const { name, input, events, expect, failures = 1, doubles = 1, others = [] } = explored;
  const strange = schedule.split(/\s+/).find((step) => step !== '' && !isStep(step));
  if (strange !== undefined) {
    const text = `'${strange}' is no step of a schedule: take the line that "durascope explore" has printed.`;
    throw new DurascopeError('InvalidArgument', text);
  }
  if ((await appKind(path.resolve(options.appDir))) !== 'node') {
    throw new DurascopeError('NotSupported', 'Schedules are explored, and tested, of apps in JavaScript and TypeScript.');
  }
  const lines = (at: (file: string) => string, app: string, folder: string): string[] => [
    `app: ${at(app)}`,
    ...(input === null ? [] : [`input: ${input}`]),
    ...(events.length === 0
      ? []
      : [`events: [${events.map((each) => `[${quoted(each.name)}, ${each.data ?? 'null'}]`).join(', ')}]`]),
    ...(others.length === 0 ? [] : [`others: [${others.map(otherText).join(', ')}]`]),
    ...(expect === null ? [] : [`expect: [${expect.join(', ')}]`]),
    ...(failures === 1 ? [] : [`failures: ${failures}`]),
    ...(doubles === 1 ? [] : [`doubles: ${doubles}`]),
    ...(check === undefined ? [] : [`check: ${at(relativePath(folder, path.resolve(check)))}`]),
    `schedule: ${quoted(schedule)}`,
  ];
  return writeTest(options, {
    name: fileName(`${name}-${schedule.replaceAll(/\s+/g, '_') || 'in-order'}`),
    title: `${name} holds ${schedule === '' ? 'when everything comes in order' : `under the schedule '${schedule}'`}`,
    imports: 'explore',
    call: (at, app, folder) =>
      `explore(${quoted(name)}, {\n${lines(at, app, folder)
        .map((line) => `  ${line},\n`)
        .join('')}})`,
    comment:
      'Written by Durascope ("Save Schedule as Test"). Activities run for real; `explore` without a schedule goes through all.',
    files: [],
    what: 'a test of this schedule',
  });
}

/** See `labelOf`. */
function isStep(step: string): boolean {
  return /^(?:\d+\.)?(?:s|[cfdt]\d+|ee?:\S+|n:\S+)(?:\+(?:\d+\.)?(?:[cfdt]\d+|ee?:\S+))?$/.test(step);
}

function otherText({ name, input, id }: { name: string; input: string | null; id?: string }): string {
  const parts = [
    `orchestrator: ${quoted(name)}`,
    ...(input === null ? [] : [`input: ${input}`]),
    ...(id === undefined ? [] : [`id: ${quoted(id)}`]),
  ];
  return `{ ${parts.join(', ')} }`;
}
