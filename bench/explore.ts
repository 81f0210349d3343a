/** `npx tsx bench/explore.ts`, after a build: schedules a second of the documents' samples, without the time that the app takes to load. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(__dirname, '..');
for (const [app, ...args] of [
  // Events that nobody waits for make many schedules of its few.
  ['hello-cities', 'HelloCities', '--events', '{"A":1,"B":2,"C":3}', '--runs', '10000'],
  ['patterns', 'BackupSiteContent', '--input', '3'],
  ['patterns', 'BackupSiteContent', '--input', '5', '--runs', '5000'],
] as const) {
  const options = ['explore', ...args, '--app', path.join(root, 'examples', app), '--json'];
  const printed = execFileSync(process.execPath, [path.join(root, 'dist', 'cli.js'), ...options], { encoding: 'utf8' });
  const { schedules, seconds } = JSON.parse(printed) as { schedules: number; seconds: number };
  console.log(
    `${args[0].padEnd(18)} ${schedules} schedules in ${seconds.toFixed(2)} s, ${(schedules / seconds).toFixed(0)} a second`,
  );
}
