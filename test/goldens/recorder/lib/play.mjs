// Plays a scenario against a management API and keeps every call and its answer.
import { setTimeout as pause } from 'node:timers/promises';

const ended = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);
/** The key that the requests carry; the recorder's host takes any, and it comes back in the addresses of answers. */
let code = 'KEY';
export const useKey = (key) => (code = key);

const kept = ['location', 'retry-after', 'content-type', 'x-ms-continuation-token'];

/**
 * One request. Gives {status, headers, body}: the headers of `kept` that came, the body as JSON where it is JSON.
 * `text` is sent as `type`; with neither the request has no body. `more`: further headers.
 */
export async function call(base, method, path, text, type, more = {}) {
  const response = await fetch(`${base}/${path}${path.includes('?') ? '&' : '?'}code=${code}`, {
    method,
    body: text,
    headers: text === undefined ? more : { 'content-type': type ?? 'application/json', ...more },
  });
  const body = await response.text();
  const headers = {};
  for (const name of kept) if (response.headers.get(name)) headers[name] = response.headers.get(name);
  let parsed = body;
  try {
    parsed = JSON.parse(body);
  } catch {
    // A body that is no JSON is kept as text.
  }
  return { status: response.status, headers, body: parsed };
}

/** Waits, at most `ms`, until an instance has a status (`end`: any final one). */
async function waitFor(base, id, status, ms) {
  const until = Date.now() + ms;
  for (;;) {
    const { body } = await call(base, 'GET', `instances/${encodeURIComponent(id)}`);
    if (status === 'end' ? ended.has(body?.runtimeStatus) : body?.runtimeStatus === status) return true;
    if (Date.now() > until) return false;
    await pause(100);
  }
}

/**
 * Plays a scenario ({name, steps}) against `base` (the URL above instances/…). `page` is the port of the page of $HTTP.
 * What the last steps set off has `settleMs` to come to rest; pauses are `patience` times as long as written. Gives {calls, status}: what was sent and answered, and the status with its history at the end.
 */
export async function play(base, { name, steps }, page, { waitMs = 20_000, settleMs = 1200, patience = 1 } = {}) {
  const calls = [];
  const own = (suffix) => (suffix === undefined ? name : `${name}-${suffix}`);
  const value = (input) =>
    JSON.stringify(input)
      .replaceAll('$HTTP', String(page))
      .replace(/"\$([a-z0-9-]+)"/g, (_all, suffix) => JSON.stringify(own(suffix)));
  let token = '';
  const made = async (method, path, text, type, headers = {}) => {
    const more = Object.fromEntries(Object.entries(headers).map(([header, each]) => [header, each === '$token' ? token : each]));
    const answer = await call(base, method, path, text, type, more);
    token = answer.headers['x-ms-continuation-token'] ?? token;
    calls.push({ call: `${method} ${path}`, ...(text === undefined ? {} : { sent: text }), ...answer });
  };
  for (const step of steps) {
    const id = own(step.id);
    const text = 'raw' in step ? step.raw : 'input' in step ? value(step.input) : undefined;
    if (step.start) await made('POST', `orchestrators/${step.start}/${id}`, text, step.type);
    else if (step.event) await made('POST', `instances/${id}/raiseEvent/${step.event}`, text ?? 'null', step.type);
    else if (step.wait) {
      const reached = await waitFor(base, id, step.wait, step.ms ?? waitMs);
      calls.push({ wait: step.wait, ...(step.id === undefined ? {} : { id }), reached });
      if (step.wait === 'end') await made('GET', `instances/${id}`);
    } else if (step.pause) await pause(step.pause * patience);
    else if (step.page) await fetch(`http://127.0.0.1:${page}${step.page.replaceAll('$', name)}`);
    else if ('get' in step) await made('GET', `instances/${id}${step.get}`);
    else if (step.request) await made(step.request[0], step.request[1].replaceAll('$', name), text, step.type, step.headers);
    else {
      const command = ['terminate', 'suspend', 'resume', 'rewind'].find((c) => c in step);
      if (!command) throw new Error(`Scenario ${name}: no step is called ${Object.keys(step).join(', ')}.`);
      await made('POST', `instances/${id}/${command}?reason=${encodeURIComponent(step[command])}`);
    }
  }
  await pause(settleMs * patience);
  const status = await call(base, 'GET', `instances/${name}?showHistory=true&showHistoryOutput=true&showInput=true`);
  return { calls, status };
}
