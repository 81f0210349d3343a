#!/usr/bin/env bash
# Guess: in the night in which clocks go back a job at half past two runs once with croner, and so a job at two and at half past two runs twice: a time
# of the clock that comes twice counts once, as in cron-parser and cron. In the night without that hour both are made up for.
# Is: one minute in the schedule runs once, two minutes run four times: with a list of minutes each pass of the hour counts. In spring half past two is made
# up for at three, a list of minutes is left out: with one minute more in its schedule the job does not run that night.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent croner@11.0.1 cron-parser@5.10.6 >&2
cat > run.mjs <<'JS'
import { Cron } from 'croner';
import { CronExpressionParser } from 'cron-parser';
const tz = 'Europe/Berlin';
const between = (from, to, next) => {
  const times = [];
  for (let time = next(new Date(from)); time < new Date(to); time = next(time)) times.push(time.toISOString().slice(11, 16));
  return times;
};
const nights = { back: ['2026-10-24T20:00:00Z', '2026-10-25T20:00:00Z'], forward: ['2026-03-28T20:00:00Z', '2026-03-29T20:00:00Z'] };
const seen = {};
for (const schedule of ['30 2 * * *', '0,30 2 * * *']) {
  const croner = new Cron(schedule, { timezone: tz });
  for (const [night, [from, to]] of Object.entries(nights)) {
    const counts = [
      between(from, to, (last) => croner.nextRun(last)),
      between(from, to, (last) => CronExpressionParser.parse(schedule, { tz, currentDate: last }).next().toDate()),
    ];
    seen[`${schedule.slice(0, -6)} ${night}`] = counts;
  }
}
console.log(JSON.stringify(seen));
JS
echo 'versions: croner 11.0.1, cron-parser 5.10.6 (npm)'
# Of each schedule and night, in UTC: what croner runs, and what cron-parser has.
one='"30 2 back":[["00:30"],["00:30"]],"30 2 forward":[["01:00"],["01:30"]]'
two='"0,30 2 back":[["00:00","00:30","01:00","01:30"],["00:00","00:30"]],"0,30 2 forward":[[],["01:00"]]'
expect_seen "{$one,$two}" "$("$node" run.mjs)"
