#!/usr/bin/env bash
# Guess: @dapr/durabletask-js, on which Dapr's workflows in JavaScript run, hands on what it is given as @microsoft/durabletask-js does, of which it is a
# relative with the same API: an activity called with 0 gets 0, its false is false for the workflow, and continueAsNew(0) begins with 0.
# Is: 0, false and '' are sent as nothing, on every way: the activity gets undefined, the workflow gets undefined for the activity's false, the child
# has no input, the next generation of a countdown begins without a number and the instance has no output. null is undefined too. (Microsoft's
# keeps them all.) What an event brings is what was sent.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent @dapr/durabletask-js@1.0.0 @microsoft/durabletask-js@0.4.0 >&2
cat > run.cjs <<'JS'
for (const way of ['log', 'info', 'warn']) console[way] = () => {};
// What a sidecar does of it: the history of one instance, whose activities run at once.
async function family(root, logger) {
  const part = (path) => require(`${root}/${path}`);
  const { OrchestrationExecutor } = part('worker/orchestration-executor');
  const { ActivityExecutor } = part('worker/activity-executor');
  const { Registry } = part('worker/registry');
  const events = part('utils/pb-helper.util');
  const play = async (orchestrator, activity, raised) => {
    const registry = new Registry();
    registry.addNamedOrchestrator('Flow', orchestrator);
    registry.addNamedActivity('Work', activity);
    const history = [];
    let news = [events.newOrchestratorStartedEvent(new Date(0)), events.newExecutionStartedEvent('Flow', 'one', undefined)];
    if (raised) news.push(events.newEventRaisedEvent('price', raised));
    for (;;) {
      const { actions } = await new OrchestrationExecutor(registry, logger).execute('one', history, news);
      history.push(...news);
      news = [events.newOrchestratorStartedEvent(new Date(0))];
      for (const action of actions) {
        if (!action.hasScheduletask()) return action;
        const input = action.getScheduletask().getInput()?.getValue();
        const output = await new ActivityExecutor(registry, logger).execute('one', 'Work', action.getId(), input);
        history.push(events.newTaskScheduledEvent(action.getId(), 'Work', input));
        news.push(events.newTaskCompletedEvent(action.getId(), output));
      }
    }
  };
  const sent = (message) => message?.getValue() ?? 'nothing';
  const seen = { activity: [], result: [] };
  for (const value of [0, false, '', null, 1]) {
    const got = [];
    const end = await play(async function* (context) {
      return typeof (yield context.callActivity('Work', value));
    }, (_, input) => (got.push(String(input)), value));
    seen.activity.push(got[0]);
    seen.result.push(JSON.parse(end.getCompleteorchestration().getResult().getValue()));
  }
  const ended = async (code, raised) => (await play(code, () => {}, raised)).getCompleteorchestration().getResult();
  seen.next = sent(await ended(async function* (context) {
    yield context.callActivity('Work', 1);
    context.continueAsNew(0, false);
  }));
  seen.output = sent(await ended(async function* (context) {
    yield context.callActivity('Work', 1);
    return false;
  }));
  seen.event = sent(await ended(async function* (context) {
    return [yield context.waitForExternalEvent('price')];
  }, '0'));
  const child = await play(async function* (context) {
    return yield context.callSubOrchestrator('Flow', 0);
  }, () => {});
  seen.child = sent(child.getCreatesuborchestration().getInput());
  return seen;
}
(async () => {
  const logger = new Proxy({}, { get: () => () => {} });
  process.stdout.write(JSON.stringify({
    dapr: await family('@dapr/durabletask-js', logger),
    microsoft: await family('./node_modules/@microsoft/durabletask-js/dist', logger),
  }));
})();
JS
echo 'versions: @dapr/durabletask-js 1.0.0, @microsoft/durabletask-js 0.4.0 (npm)'
nothing='"activity":["undefined","undefined","undefined","undefined","1"],"result":["undefined","undefined","undefined","undefined","number"]'
kept='"activity":["0","false","","null","1"],"result":["number","boolean","string","object","number"]'
dapr="{$nothing,\"next\":\"nothing\",\"output\":\"nothing\",\"event\":\"[0]\",\"child\":\"nothing\"}"
microsoft="{$kept,\"next\":\"0\",\"output\":\"false\",\"event\":\"[0]\",\"child\":\"0\"}"
expect_run "{\"dapr\":$dapr,\"microsoft\":$microsoft}" node run.cjs
