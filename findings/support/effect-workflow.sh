# Sourced by the scripts beside it: Effect's durable workflows with the engine in memory that they bring, in a temporary folder. Nothing of
# Durascope takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard
# input: `run(function* () { … })` runs a workflow to its end and gives what it gives, `activity(name, effect)` makes an activity, the packages'
# modules are there by name; what it returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent effect@3.22.4 @effect/workflow@0.19.1 @effect/platform@0.97.2 @effect/rpc@0.76.2 @effect/experimental@0.61.1 >&2
  {
    echo "import { Effect, Layer, Schema } from 'effect';
      import { Activity, DurableClock, Workflow, WorkflowEngine } from '@effect/workflow';
      let count = 0;
      const activity = (name, execute) => Activity.make({ name, success: Schema.Unknown, error: Schema.String, execute });
      const run = (body) => {
        const workflow = Workflow.make({
          name: 'workflow ' + count++,
          payload: { id: Schema.String },
          success: Schema.Unknown,
          error: Schema.String,
          idempotencyKey: (payload) => payload.id,
        });
        const layer = workflow.toLayer(Effect.fn(body)).pipe(Layer.provideMerge(WorkflowEngine.layerMemory));
        return Effect.runPromise(workflow.execute({ id: 'one' }).pipe(Effect.catchAll((error) => Effect.succeed('failed: ' + error)), Effect.provide(layer)));
      };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: @effect/workflow 0.19.1, effect 3.22.4 (npm)'
  expect_run "$1" node --no-warnings run.mjs
}
