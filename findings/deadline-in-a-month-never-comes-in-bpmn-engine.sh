#!/usr/bin/env bash
# Guess: a process of bpmn-engine that waits 20 days goes on after 20 days, and one that waits 30 after 30, as long as the program runs. (A timer of
# Node.js that is too long fires at once, so an engine that says that it waits has seen to that.)
# Is: no timer at all is set for what is more than 24.8 days away, and none later: with a clock that is moved on by hand the 30 days are not over
# after 60. The wait stands among what is waited for as any other. A program that is started again and resumes its processes sets a timer for those
# that have become near enough by then: the deadline comes with the next start of a program, or never.
source "$(dirname "$0")/support/bpmn-engine.sh"
play '{"20 days":"over on day 20","30 days":"after 60 days waits at deadline","30 days, resumed on day 10":"over on day 30"}' <<'JS'
async function waited(days, resume) {
  const timer = `<timerEventDefinition id="due">${expression('timeDuration', `P${days}D`)}</timerEventDefinition>`;
  const source = xml(`${flow('start', 'deadline')}<intermediateCatchEvent id="deadline">${timer}</intermediateCatchEvent>${flow('deadline', 'end')}`);
  let { engine, execution } = await begin(source);
  for (let day = 1; day <= 60; day++) {
    mock.timers.tick(24 * 60 * 60 * 1000);
    if (execution.state !== 'running' || execution.stopped) return `over on day ${day}`;
    if (day !== resume) continue;
    const state = await engine.getState();
    await engine.stop();
    ({ engine, execution } = await resumed(state));
  }
  return `after 60 days waits at ${execution.getPostponed().map((element) => element.id)}`;
}
return { '20 days': await waited(20), '30 days': await waited(30), '30 days, resumed on day 10': await waited(30, 10) };
JS
