# Sourced by the scripts beside it: @azure/functions of the programming model v4 in a temporary folder, under a stand-in for the module that the host
# puts beside it (@azure/functions-core). Nothing of Durascope takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the
# body of an async function on its standard input: `app` is the package's, `invoke(data, metadata)` calls the function that was registered last with
# its trigger and the metadata of that as the host sends them, and what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts @azure/functions@4.16.5 >&2
  {
    echo "const Module = require('node:module');
      let model, last;
      const core = {
        hostVersion: '4.1', version: '3.10', Disposable: class {}, registerHook() {},
        setProgrammingModel: (given) => (model = given),
        registerFunction: (metadata, handler) => (last = { metadata, handler }),
      };
      const load = Module._load;
      Module._load = (name, ...rest) => (name === '@azure/functions-core' ? core : load(name, ...rest));
      const { app } = require('@azure/functions');
      const invoke = async (data, triggerMetadata = {}) => {
        const { metadata, handler } = last;
        const inputData = [{ name: Object.keys(metadata.bindings)[0], data }];
        const request = { invocationId: '1', functionId: '1', inputData, triggerMetadata };
        const invocation = model.getInvocationModel({ invocationId: '1', request, metadata, log() {} });
        const { context, inputs } = await invocation.getArguments();
        return invocation.invokeFunction(context, inputs, handler);
      };
      const scenario = async () => {"
    cat
    echo "};
      scenario().then((seen) => process.stdout.write(JSON.stringify(seen)));"
  } > run.cjs
  echo 'versions: @azure/functions 4.16.5 (npm)'
  expect_run "$1" node run.cjs
}
