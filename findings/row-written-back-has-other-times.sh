#!/usr/bin/env bash
# Guess: an entity that @azure/data-tables reads and writes back as it came is the same as before: a tool that changes one column of an instance's
# row leaves the others alone.
# Is: its times lose what is finer than a millisecond. The library gives a DateTime of the table as a Date of JavaScript, which has three digits of
# the seven, and writes that: a row of a task hub whose custom status was set so no longer has the time of creation that its history has.
set -euo pipefail
tables=13.3.2
azurite=3.35.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --no-save --loglevel=error "@azure/data-tables@$tables" "azurite@$azurite" > installed.txt 2>&1 || { tail -5 installed.txt; exit 1; }
cat > main.cjs <<'JS'
const { spawn } = require('node:child_process');
const { AzureNamedKeyCredential, TableClient } = require('@azure/data-tables');
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const ports = ['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'];
const args = ['--inMemoryPersistence', '--silent', '--disableTelemetry', '--skipApiVersionCheck', ...ports];
const server = spawn(process.execPath, [require.resolve('azurite/dist/src/azurite.js'), ...args]);
server.stdout.on('data', (text) => {
  const port = /Table service is successfully listening at \S+:(\d+)/.exec(text)?.[1];
  if (port !== undefined) run(port).finally(() => server.kill());
});
async function run(port) {
  const table = new TableClient(`http://127.0.0.1:${port}/${account}`, 'HubInstances', new AzureNamedKeyCredential(account, key), {
    allowInsecureConnection: true,
  });
  await table.createTable();
  const CreatedTime = { type: 'DateTime', value: '2026-01-31T08:00:00.1234567Z' };
  await table.createEntity({ partitionKey: 'order', rowKey: '', CreatedTime, CustomStatus: '"old"' });
  const stored = async () => (await table.getEntity('order', '', { disableTypeConversion: true })).CreatedTime.value;
  const before = await stored();
  const row = await table.getEntity('order', '');
  row.CustomStatus = '"new"';
  await table.updateEntity(row, 'Replace');
  console.log(`${before}, then ${await stored()}`);
}
JS
seen=$(timeout 60 node main.cjs)
echo "@azure/data-tables $tables on azurite $azurite: $seen"
[ "$seen" = '2026-01-31T08:00:00.1234567Z, then 2026-01-31T08:00:00.123Z' ] || { echo "CHANGED"; exit 1; }
