// Calls of a durable client, as the input of a function has them: one list a call, [method, ...arguments]. JSON has no dates, entity ids and requests: an argument, or a
// member of one, that is an object with one member is {date: TEXT}, {entity: [NAME, KEY]}, {request: URL}, {nothing: true} for undefined.
const makers = {
  date: (text) => new Date(text),
  entity: ([name, key], { EntityId }) => new EntityId(name, key),
  request: (url) => ({ method: 'GET', url }),
  nothing: () => undefined,
};

function valueOf(json, sdk) {
  if (Array.isArray(json)) return json.map((each) => valueOf(each, sdk));
  if (json === null || typeof json !== 'object') return json;
  const [[name, argument] = []] = Object.entries(json);
  if (Object.keys(json).length === 1 && Object.hasOwn(makers, name)) return makers[name](argument, sdk);
  return Object.fromEntries(Object.entries(json).map(([member, each]) => [member, valueOf(each, sdk)]));
}

/** An answer as JSON: of an HTTP response its status, headers and body. */
async function answerOf(answer) {
  if (answer === undefined) return 'nothing';
  if (typeof answer?.text !== 'function') return answer;
  return { status: answer.status, headers: Object.fromEntries([...answer.headers].sort()), body: await answer.text() };
}

/** Without the instances of other scenarios, whose ids begin otherwise, or are those of the same one over the webhook. */
const withoutOthers = (answer, id) => {
  const isOwn = ({ instanceId = '' }) => instanceId.startsWith(id) && !instanceId.startsWith(`${id}-web`);
  return Array.isArray(answer) ? answer.filter(isOwn) : answer;
};

/** What the extension bound, without the port that it listens on for its own worker and without the system key. */
const bindingOf = ({ clientData }) => ({
  ...clientData,
  rpcBaseUrl: typeof clientData.rpcBaseUrl,
  requiredQueryStringParameters: clientData.requiredQueryStringParameters.replace(/=.*/, '=KEY'),
});

/**
 * What one call answers: {value}, or {error} with the message of what it throws. `over` is `webhook` for a client that asks over the addresses with the system key.
 * `id` is what the ids of the scenario begin with; without it lists are left as they are.
 */
async function clientCall(sdk, client, { call: [method, ...args], over, id }) {
  if (over === 'webhook') client.clientData.rpcBaseUrl = undefined;
  try {
    const given = args.map((each) => valueOf(each, sdk));
    if (method === 'binding') return { value: bindingOf(client) };
    if (method === 'members') return { value: given.map((name) => client[name]) };
    const answer = await answerOf(await client[method](...given));
    return { value: id === undefined ? answer : withoutOthers(answer, id) };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

module.exports = { clientCall };
