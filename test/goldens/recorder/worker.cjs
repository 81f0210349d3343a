// A stand-in for the Node.js language worker: loads a function app with the real SDKs and runs its handlers.
// One JSON message a line: in {id, fn, data: TypedData, client?: TypedData of the durable client's binding}; out {functions: [...]} first, then {id, returnValue?: TypedData, error?: {message, stack}}.
// A folder instead of a file is an app of programming model v3: a folder with function.json for each function, on durable-functions 2.x.
const Module = require('node:module'),
  fs = require('node:fs'),
  path = require('node:path'),
  readline = require('node:readline');
const app = path.resolve(process.argv[2]);
const isVersion3 = fs.statSync(app).isDirectory();
const functions = new Map();
let model;
const core = {
  version: '1.0.0',
  hostVersion: '4.1040.300',
  functionAppDirectory: isVersion3 ? app : path.dirname(app),
  registerFunction: (metadata, callback) => (functions.set(metadata.name, { metadata, callback }), { dispose() {} }),
  registerHook: () => ({ dispose() {} }),
  setProgrammingModel: (m) => {
    model = m;
  },
  getProgrammingModel: () => model,
  log() {},
  Disposable: class {
    dispose() {}
  },
};
const plain = Module.prototype.require;
Module.prototype.require = function (id) {
  if (id === '@azure/functions-core') return core;
  return plain.call(this, isVersion3 && id === 'durable-functions' ? 'durable-functions-v2' : id);
};
const out = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const send = (m) => out(JSON.stringify(m) + '\n');
(async () => {
  if (isVersion3) loadVersion3();
  else require(app);
  send({
    functions: [...functions.values()].map(({ metadata }) => {
      const { trigger, client } = bindingsOf(metadata);
      return { name: metadata.name, parameter: trigger.name, type: trigger.type, client: client?.name };
    }),
  });
  for await (const line of readline.createInterface({ input: process.stdin })) run(JSON.parse(line));
  process.exit(0);
})();
function loadVersion3() {
  require('functions-v3').setup();
  for (const name of fs.readdirSync(app)) {
    const file = path.join(app, name, 'function.json');
    if (!fs.existsSync(file)) continue;
    const { bindings, scriptFile = 'index.js', entryPoint } = JSON.parse(fs.readFileSync(file, 'utf8'));
    const exported = require(path.join(app, name, scriptFile));
    const callback = entryPoint ? exported[entryPoint] : exported;
    functions.set(name, { metadata: { name, bindings: Object.fromEntries(bindings.map((b) => [b.name, b])) }, callback });
  }
}
function bindingsOf({ bindings }) {
  const all = Object.entries(bindings).map(([name, binding]) => ({ name, ...binding }));
  return { trigger: all.find((b) => /trigger$/i.test(b.type)), client: all.find((b) => b.type === 'durableClient') };
}
async function run({ id, fn, data, client: clientData }) {
  try {
    const { metadata, callback } = functions.get(fn);
    const { trigger, client } = bindingsOf(metadata);
    const inputData = [{ name: trigger.name, data }];
    if (client !== undefined) inputData.push({ name: client.name, data: clientData });
    const coreCtx = {
      invocationId: String(id),
      metadata,
      state: undefined,
      log() {},
      retryContext: undefined,
      traceContext: undefined,
      request: { invocationId: String(id), functionId: fn, inputData, triggerMetadata: {} },
    };
    const invocation = model.getInvocationModel(coreCtx);
    const { context, inputs } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, inputs, callback);
    const response = await invocation.getResponse(context, result);
    send({ id, returnValue: response.returnValue ?? undefined });
  } catch (e) {
    const error =
      e instanceof Error ? e : new Error(e == null ? 'Unknown error' : typeof e === 'object' ? JSON.stringify(e) : String(e));
    send({ id, error: { message: error.message, stack: error.stack } });
  }
}
