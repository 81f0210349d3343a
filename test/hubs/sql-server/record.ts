/** Prints what the reader gets of a hub's instances and histories: `npx tsx test/hubs/sql-server/record.ts > test/hubs/sql-server/recorded/rows.json`, with the hub in DURASCOPE_TEST_TDS. */
import { hubTarget } from '../../../src/hubs/hub-target';
import { SqlClient } from '../../../src/hubs/sql-server/sql-client';
import { type InstanceRecord, type Statement, Statements } from '../../../src/hubs/sql-server/statements';

async function record(): Promise<void> {
  const target = hubTarget(process.env['DURASCOPE_TEST_TDS'] ?? '');
  if (target.kind !== 'sqlServer') throw new Error('DURASCOPE_TEST_TDS names no SQL Server.');
  const client = await SqlClient.open(target.connection);
  const statements = new Statements(target.connection.schema, target.hubName ?? '', true);
  const rows = (statement: Statement): Promise<object[]> => client.read(statement);
  const page = { size: 1000, orderBy: 'instanceId', descending: false, now: '' } as const;
  const recorded = [];
  for (const { InstanceID: id, ExecutionID: execution } of await client.read<InstanceRecord>(statements.instances({}, page))) {
    recorded.push({
      id,
      instance: (await rows(statements.instance(id)))[0],
      history: await rows(statements.history(id, execution, { from: 0 }, true)),
      children: await rows(statements.children(id)),
    });
  }
  client.close();
  process.stdout.write(`${JSON.stringify(recorded, null, 1)}\n`);
}

void record();
