#!/usr/bin/env bash
# Guess: a job that runs every twenty minutes, or every hour, does so by the recurrence rules that are new in Quartz 4 (FREQ=MINUTELY;INTERVAL=20) as by a
# cron schedule: in the night in which the clocks go back it goes on through both passes of the hour.
# Is: the second pass of the hour is left out: behind 02:50 of the first (00:50 UTC) a job of every twenty minutes pauses for eighty, and an hourly one has two
# hours between two runs. The cron schedule goes on, as Quartz' notes on version 4 have it for cron. In spring both keep their pace.
. "$(dirname "$0")/support/night.sh"
often='00:10 00:30 00:50 01:10 01:30 01:50 02:10 02:30'
before='23:10 23:30 23:50 00:10 00:30 00:50'
behind='02:10 02:30 02:50 03:10 03:30'
nights "rule of minutes: $often, $before $behind; rule of hours: 00:30 01:30 02:30, 23:30 00:30 02:30 03:30; cron: 00:00 00:30 01:00 01:30 02:00 02:30, 23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30" <<'CS'
    ["rule of minutes"] = quartz(trigger => trigger.WithRecurrenceSchedule("FREQ=MINUTELY;INTERVAL=20", schedule => schedule.InTimeZone(berlin))),
    ["rule of hours"] = quartz(trigger => trigger.WithRecurrenceSchedule("FREQ=HOURLY", schedule => schedule.InTimeZone(berlin))),
    ["cron"] = quartz(trigger => trigger.WithCronSchedule("0 0/30 * * * ?", schedule => schedule.InTimeZone(berlin))),
CS
