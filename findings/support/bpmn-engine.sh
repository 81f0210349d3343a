# Sourced by the scripts beside it: bpmn-engine for Node.js under a clock that only the script moves. A script calls `play EXPECTED` with the body
# of an async function on its standard input, whose result must be EXPECTED. It has `xml(elements, definitions)` (a process of these elements, a start
# event `start` and an end event `end` among them; `definitions` stands beside it), `flow(from, to, condition)`, `service(id, inside)` (a service
# task), `expression(name, text)`, `begin(source, services, variables)` (starts an engine and gives `engine`, its `execution`, and `over()`: how it ends
# within three seconds, or "goes on"), `resumed(state, services)` (the same from a state that went through JSON), `pass(ms)` (moves the clock), and `mock`.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  need_node 'Number(process.versions.node.split(".")[0]) >= 20'
  npm install --no-audit --no-fund --silent bpmn-engine@25.0.1 bpmn-elements@17.3.0 >&2
  {
    echo '
import { mock } from "node:test";
import { Engine } from "bpmn-engine";
mock.timers.enable({ apis: ["setTimeout", "Date"] });
async function pass(ms, isOver = () => false) {
  for (let gone = 0; gone < ms && !isOver(); gone += 50) {
    mock.timers.tick(50);
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  }
}
const xml = (elements, definitions = "") => `<?xml version="1.0" encoding="UTF-8"?>
<definitions id="shop" targetNamespace="http://shop.example" xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
${definitions}<process id="order" isExecutable="true"><startEvent id="start" />${elements}<endEvent id="end" /></process></definitions>`;
const expression = (name, text) => `<${name} xsi:type="tFormalExpression">${text}</${name}>`;
const flow = (from, to, condition) =>
  `<sequenceFlow id="${from}-${to}" sourceRef="${from}" targetRef="${to}">${condition ? expression("conditionExpression", condition) : ""}</sequenceFlow>`;
const service = (id, inside = "") => `<serviceTask id="${id}" implementation="\${environment.services.${id}}">${inside}</serviceTask>`;
async function ran(engine, begun) {
  let end;
  engine.once("end", () => (end = "end"));
  engine.once("error", (error) => (end = `error: ${error.message}`));
  await begun(engine);
  const over = async () => {
    await pass(3000, () => end);
    return end ?? "goes on";
  };
  return { engine, execution: engine.execution, over };
}
const begin = (source, services = {}, variables = {}) =>
  ran(new Engine({ name: "shop", source, services, variables }), (engine) => engine.execute());
const resumed = (state, services = {}) =>
  ran(new Engine({ name: "shop" }).recover(JSON.parse(JSON.stringify(state)), { services }), (engine) => engine.resume());
const seen = await (async () => {'
    cat
    echo '})();
process.stdout.write(JSON.stringify(seen), () => process.exit(0));'
  } > run.mjs
  echo 'versions: bpmn-engine 25.0.1, bpmn-elements 17.3.0 (npm)'
  expect_seen "$1" "$("$node" run.mjs)"
}
