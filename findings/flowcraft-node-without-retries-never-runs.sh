#!/usr/bin/env bash
# Guess: a Flowcraft node with maxRetries 0 is tried once, and one with maxRetries 1 a second time; one with a timeout of 50 ms that takes 400
# fails, or has its signal aborted, after 50.
# Is: the number is that of all tries: 1 never tries again, and with 0 the node is never called and the run fails without a word of why. The timeout
# is read nowhere: the node takes its 400 ms and the run is completed.
source "$(dirname "$0")/support/flowcraft.sh"
play '{"retries0":["failed",0],"retries1":["failed",1],"retries2":["failed",2],"timeout":["completed","no signal"]}' <<'JS'
const failing = async (maxRetries) => {
  let calls = 0;
  const flow = createFlow('failing').node('step', async () => {
    calls += 1;
    throw new Error('busy');
  }, { config: { maxRetries } });
  return [(await flow.run(runtime, {})).status, calls];
};
let signalled = 'no signal';
const slow = createFlow('slow').node('step', async ({ signal }) => {
  signal?.addEventListener('abort', () => (signalled = 'aborted'));
  await later(400);
  return { output: 'done' };
}, { config: { timeout: 50 } });
const { status } = await slow.run(runtime, {});
return { retries0: await failing(0), retries1: await failing(1), retries2: await failing(2), timeout: [status, signalled] };
JS
