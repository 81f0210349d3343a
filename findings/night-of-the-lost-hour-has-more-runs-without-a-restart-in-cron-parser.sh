#!/usr/bin/env bash
# Guess: for a job at every twentieth minute of the hour from two o'clock in Berlin cron-parser names the same times for the night without that hour,
# whether one iterator goes on from run to run, or the expression is read anew after a run with that run as the current date, as after a restart.
# Is: the iterator makes up for all three runs, between three and four o'clock; who reads the expression anew after the first has that one alone. So how
# often a job runs that night depends on whether its scheduler was started again. The package cron has the one alone in either way.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent cron-parser@5.10.6 cron@4.4.0 luxon@3.7.2 >&2
cat > run.cjs <<'JS'
const { CronExpressionParser } = require('cron-parser');
const { CronTime } = require('cron');
const { DateTime } = require('luxon');
const tz = 'Europe/Berlin';
const everyTwenty = '*/20 2 * * *';
const evening = new Date('2026-03-28T20:00:00Z');
const isThatNight = (time) => time < new Date('2026-03-29T20:00:00Z');
const clock = (time) => time.toLocaleTimeString('de-DE', { timeZone: tz, hour: '2-digit', minute: '2-digit' });
const during = (next) => {
  const times = [];
  for (let time = next(evening); isThatNight(time); time = next(time)) times.push(clock(time));
  return times;
};
const iterator = CronExpressionParser.parse(everyTwenty, { tz, currentDate: evening });
const cron = new CronTime(everyTwenty, tz);
console.log(
  JSON.stringify({
    goesOn: during(() => iterator.next().toDate()),
    readAnew: during((currentDate) => CronExpressionParser.parse(everyTwenty, { tz, currentDate }).next().toDate()),
    cron: during((last) => cron.getNextDateFrom(DateTime.fromJSDate(last, { zone: tz }), tz).toJSDate()),
  }),
);
JS
echo 'versions: cron-parser 5.10.6, cron 4.4.0, luxon 3.7.2 (npm)'
expect_seen '{"goesOn":["03:00","03:20","03:40"],"readAnew":["03:00"],"cron":["03:00"]}' "$("$node" run.cjs)"
