/** The explorer for a test: it rejects with what goes wrong. */
import { exploreApp } from '../emulator/replays/explore-app';
import { checkIn } from '../replay/explore/check';
import { eventsFrom } from '../replay/explore/events';
import { appFolder, filePath } from './app-folder';
import type { Exploration, ExploreOptions } from './testing';
import { textOf, valueOf } from './values';

export async function explore(orchestrator: string, options: ExploreOptions = {}): Promise<Exploration> {
  const { input, events = {}, others = [], expect, check, schedule, env, nodePath } = options;
  const given = {
    name: orchestrator,
    input: textOf(input, 'The input'),
    events: eventsFrom(events, '`events`'),
    others: others.map(({ orchestrator: name, input: given, id }) => ({
      name,
      input: textOf(given, `The input of '${name}'`),
      ...(id === undefined ? {} : { id }),
    })),
    expect: expect?.map((output) => textOf(output, 'An expected output') ?? 'null') ?? null,
    check: check === undefined ? null : typeof check === 'function' ? check : checkIn(filePath(check), '`check`'),
    runs: options.runs ?? 2000,
    seed: options.seed ?? 1,
    failures: options.failures ?? 1,
    doubles: options.doubles ?? 1,
  };
  return exploreApp(
    {
      ...given,
      appDir: appFolder(options.app),
      log: () => undefined,
      ...(env === undefined ? {} : { env }),
      ...(nodePath === undefined ? {} : { nodePath }),
    },
    async (explorer, { name }) => {
      if (schedule !== undefined) {
        const { run, problem } = await explorer.follow(schedule);
        if (problem !== null) throw new Error(`${name} goes wrong under the schedule '${schedule}': ${problem}`);
        return {
          schedules: 1,
          isComplete: false,
          unawaited: [],
          outcomes: [{ status: run.status, output: run.output, count: 1 }],
        };
      }
      const { findings, outcomes, ...found } = await explorer.explore();
      if (findings.length > 0) {
        const ways = findings.map((each) => `  ${each.problem}\n    schedule: '${each.schedule}'`);
        throw new Error([`${name} goes wrong (${found.schedules} schedules):`, ...ways].join('\n'));
      }
      const parsed = outcomes.map(({ status, output, count }) => ({ status, output: valueOf(output), count }));
      return { ...found, outcomes: parsed };
    },
  );
}
