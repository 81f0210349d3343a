#!/usr/bin/env bash
# Guess: callHttp sends a body whose Content-Type has a charset ("application/json; charset=utf-8", as most HTTP clients write it).
# Is: it is never sent: the call fails with a FormatException of .NET. Without the parameter it is sent; a form's type gets the charset by itself.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Post', function* (context) {
  const { url, type } = context.df.getInput();
  const response = yield context.df.callHttp({ method: 'POST', url, body: '{}', headers: { 'Content-Type': type } });
  return JSON.parse(response.content).type;
});
JS
node - > "$work/scenarios.json" <<'JS'
const post = (name, type) => ({ name, steps: [{ start: 'Post', input: { url: 'http://127.0.0.1:$HTTP/echo', type } }, { wait: 'end' }] });
console.log(JSON.stringify([post('charset', 'application/json; charset=utf-8'), post('plain', 'application/json'), post('form', 'application/x-www-form-urlencoded')]));
JS
play
expect '["Failed",true,"application/json","application/x-www-form-urlencoded; charset=utf-8"]' '[r.charset.status.body.runtimeStatus, r.charset.status.body.output.includes("The format of value \u0027application/json; charset=utf-8\u0027 is invalid."), r.plain.status.body.output, r.form.status.body.output]'
