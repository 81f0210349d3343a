#!/usr/bin/env bash
# Guess: where retryTimeoutInMilliseconds of RetryOptions is over, the retries end and callActivityWithRetry throws the last failure, as after the last of its attempts.
# Is: the host makes no further attempt, and the package, which counts attempts alone, waits for one: nothing is thrown, and the instance stays Running for ever. A limit of attempts throws.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Fail', { handler: () => { throw new Error('always'); } });
df.app.orchestration('Retry', function* (context) {
  const { attempts, timeout } = context.df.getInput();
  const policy = new df.RetryOptions(3000, attempts);
  policy.retryTimeoutInMilliseconds = timeout;
  try {
    return yield context.df.callActivityWithRetry('Fail', policy);
  } catch (error) {
    return 'caught';
  }
});
JS
node - > "$work/scenarios.json" <<'JS'
const retry = (name, input) => ({ name, steps: [{ start: 'Retry', input }, { wait: 'end', ms: 25000 }] });
console.log(JSON.stringify([retry('timed', { attempts: 9, timeout: 1000 }), retry('counted', { attempts: 2, timeout: 600000 })]));
JS
play
expect '["Running",null,"Completed","caught"]' '[r.timed.status.body.runtimeStatus, r.timed.status.body.output, r.counted.status.body.runtimeStatus, r.counted.status.body.output]'
