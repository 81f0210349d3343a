#!/usr/bin/env bash
# Guess: a job at half past every hour runs once an hour also in the night in which the clocks go forward: half past two is not there, and the runs at half
# past one and half past three lie an hour apart, as croner and cron-parser for Node.js have them.
# Is: Quartz and Cronos (by which Hangfire goes) make up for half past two at three o'clock, though nothing was left out: 01:30, 03:00, 03:30, at a minute
# that the schedule does not name. A job of every twenty minutes that begins at ten past has one more at three as well. Only where the
# minutes have the full hour among them does the extra run fall onto one that is there.
. "$(dirname "$0")/support/night.sh"
once='00:30 01:00 01:30 02:30, 23:30 00:30 01:30 02:30 03:30'
often='00:10 00:30 00:50 01:00 01:10 01:30 01:50 02:10 02:30'
autumn='23:10 23:30 23:50 00:10 00:30 00:50 01:10 01:30 01:50 02:10 02:30 02:50 03:10 03:30'
nights "Quartz: $once; Cronos: $once; Quartz, twenty: $often, $autumn; Cronos, twenty: $often, $autumn; Cronos, full hour: 00:00 00:30 01:00 01:30 02:00 02:30, 23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30" <<'CS'
    ["Quartz"] = quartz(trigger => trigger.WithCronSchedule("0 30 * * * ?", schedule => schedule.InTimeZone(berlin))),
    ["Cronos"] = (time, zone) => Cronos.CronExpression.Parse("30 * * * *").GetNextOccurrence(time, zone),
    ["Quartz, twenty"] = quartz(trigger => trigger.WithCronSchedule("0 10/20 * * * ?", schedule => schedule.InTimeZone(berlin))),
    ["Cronos, twenty"] = (time, zone) => Cronos.CronExpression.Parse("10/20 * * * *").GetNextOccurrence(time, zone),
    ["Cronos, full hour"] = (time, zone) => Cronos.CronExpression.Parse("*/30 * * * *").GetNextOccurrence(time, zone),
CS
