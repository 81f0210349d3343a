import assert from 'node:assert/strict';
import { DurascopeError } from '../../../src/core/values/errors';
import type { AttachedHub } from '../../../src/hubs/attached-hub';
import { readingProblem } from '../../../src/hubs/sql-server/reading-guard';
import { hubTarget } from '../../../src/hubs/hub-target';
import { openHub } from '../../../src/hubs/open-hub';
import { SqlClient } from '../../../src/hubs/sql-server/sql-client';
import { sqlConnection } from '../../../src/hubs/sql-server/sql-connection';
import { actionTexts } from '../../../src/hubs/sql-server/sql-server-actions';
import { SystemClock } from '../../../src/emulator/time/system-clock';
import { type Answers, TdsServer } from './tds-server';

const at = Object.assign(new Date('2026-01-02T03:04:05.123Z'), { extra: 4567 });
const instance = {
  ...{ InstanceID: 'order-1', ExecutionID: 'e1', Name: 'Order', Version: null, RuntimeStatus: 'Running', ParentInstanceID: null },
  ...{ CreatedTime: at, LastUpdatedTime: null, CompletedTime: null, Tags: null, CustomStatus: '{"step":1}', Output: null },
};
const hub: Answers = (sql) => {
  const tables = ['Instances', 'History', 'Payloads', 'NewEvents', 'NewTasks'];
  if (sql.includes('INFORMATION_SCHEMA')) {
    return { rows: tables.map((name) => ({ Schema: 'dt', Table: name, Column: name === 'Instances' ? 'Tags' : null })) };
  }
  if (sql.includes('SemanticVersion')) return { rows: [{ Version: '1.8.1' }] };
  if (sql.includes('USER_NAME()')) return { rows: [{ User: 'shop', Mode: '1' }] };
  if (sql.includes('MIN(I.[TaskHub])')) return { rows: [{ TaskHub: 'shop' }] };
  if (sql.includes('CurrentTaskHub')) return { rows: [{ TaskHub: 'shop' }] };
  if (sql.includes('FOUND')) return { rows: [{ Instances: 1 }] };
  if (sql.includes('GROUP BY')) return { rows: [{ RuntimeStatus: 'Running', Instances: 1 }] };
  if (sql.includes('FROM [dt].[Instances] I')) return { rows: [instance] };
  return { rows: [] };
};

describe('a hub in SQL Server, on the wire', () => {
  let server: TdsServer;
  const open: AttachedHub[] = [];
  beforeEach(async () => (server = await TdsServer.start(hub)));
  afterEach(async () => {
    for (const each of open.splice(0)) each.dispose();
    await server.stop();
  });

  const connection = (more = ''): string =>
    `Server=127.0.0.1,${server.port};Database=d;User ID=shop;Password=s3cr3t;Encrypt=False${more}`;
  const attach = async (more = '', options: { mayAct?: boolean } = {}): Promise<AttachedHub> => {
    const made = await openHub(hubTarget(connection(more)), { clock: new SystemClock(), ...options });
    open.push(made);
    return made;
  };

  it('is the one of the login, and is read with SELECT alone', async () => {
    const made = await attach();
    assert.equal(made.name, 'shop');
    assert.equal(made.label, `shop in d at 127.0.0.1,${server.port}`);
    const row = await made.get('order-1');
    assert.equal(row?.createdTime, '2026-01-02T03:04:05.1234567Z');
    assert.equal(row.lastUpdatedTime, row.createdTime);
    assert.equal(row.customStatus, '{"step":1}');
    await made.query({ text: "o'rder" });
    await made.history('order-1');
    await made.waitingFor('order-1');
    await made.facts();
    assert.deepEqual(await made.countByStatus(), { Running: 1 });
    const [driver = '', lock, ...rest] = server.asked.filter((sql, n, all) => all.indexOf(sql) === n);
    // The driver's own beginning sets how its connection behaves.
    assert.match(driver, /^(?:\s*set \w+( \w+)* [\w-]+\s*)+$/i);
    assert.equal(lock, 'SET LOCK_TIMEOUT 2000');
    assert.ok(rest.length > 8);
    for (const sql of rest) assert.equal(readingProblem(sql), null, sql);
    assert.ok(server.programs.every((program) => program === 'durascope'));
  });

  it('is read only: what would change something is refused before anything is sent', async () => {
    const made = await attach();
    const before = server.asked.length;
    await assert.rejects(() => made.terminate('order-1', null), /only looked at/);
    await assert.rejects(() => made.purge('order-1'), /only looked at/);
    assert.equal(server.asked.length, before);
  });

  it('is acted on by the procedures of the provider once that is allowed, as the hub that was meant', async () => {
    const made = await attach('', { mayAct: true });
    assert.match(made.capabilities.actsOn ?? '', /procedures of SQL Server's provider/);
    server.asked.length = 0;
    await made.raiseEvent('order-1', 'Go', '1');
    const texts = new Set(Object.values(actionTexts('dt')));
    const sent = server.asked.filter((sql) => readingProblem(sql) !== null && !sql.startsWith('SET '));
    assert.deepEqual(sent, [actionTexts('dt').raiseEvent]);
    assert.ok(texts.has(sent[0] ?? ''));
    assert.equal(server.programs.at(-1), 'shop');
    await assert.rejects(
      () => made.purge('order-1'),
      (error) => DurascopeError.is(error, 'InstanceNotTerminal'),
    );
    await assert.rejects(
      () => made.start({ name: 'x', instanceId: 'order-1' }),
      (error) => DurascopeError.is(error, 'InstanceExists'),
    );
    await assert.rejects(() => made.rewind('order-1', null), /there is nothing to rewind/);
    await assert.rejects(() => made.terminate('order-1', null, { recursive: true }), /one instance at a time/);
  });

  it('of another login is not acted on', async () => {
    server.answerWith((sql, values) => (sql.includes('CurrentTaskHub') ? { rows: [{ TaskHub: 'reader' }] } : hub(sql, values)));
    await assert.rejects(() => attach('', { mayAct: true }), /acts on the task hub 'reader', not on 'shop'/);
  });

  it('whose login may run no procedure is not acted on', async () => {
    const error = { number: 229, message: "The EXECUTE permission was denied on the object 'CurrentTaskHub'." };
    server.answerWith((sql, values) => (sql.includes('CurrentTaskHub') ? { error } : hub(sql, values)));
    await assert.rejects(
      () => attach('', { mayAct: true }),
      (refused) =>
        DurascopeError.is(refused, 'NotSupported') && /may only look at shop in d .* Functions host/.test(refused.message),
    );
    assert.equal((await attach()).name, 'shop');
  });

  it('whose login is refused says why, without the password', async () => {
    server.loginError = { number: 18456, message: "Login failed for user 'shop' (s3cr3t)." };
    await assert.rejects(attach, (error) => {
      assert.ok(DurascopeError.is(error, 'HubUnreachable'));
      assert.match(error.message, /refuses the login 'shop'/);
      assert.doesNotMatch(error.message, /s3cr3t/);
      return true;
    });
  });

  it('that does not encrypt is told nothing that opens it, unless the connection string says so', async () => {
    const target = hubTarget(connection().replace(';Encrypt=False', ''));
    await assert.rejects(
      () => openHub(target, { clock: new SystemClock() }),
      (error) =>
        DurascopeError.is(error, 'HubUnreachable') && /does not encrypt connections, and nothing was sent/.test(error.message),
    );
    assert.deepEqual(server.programs, []);
  });

  it('that is not there, or lies in another schema, says what there is', async () => {
    server.answerWith((sql, values) =>
      sql.includes('MIN(I.[TaskHub])')
        ? { rows: [{ TaskHub: values['after'] === '' ? 'Orders' : 'Stock' }] }
        : sql.includes('TOP (1)')
          ? { rows: [] }
          : hub(sql, values),
    );
    await assert.rejects(attach, /There are several task hubs .* Orders, Stock/);
    await assert.rejects(() => attach(';TaskHub=Order'), /no instance of a task hub 'Order' .* Did you mean 'Orders'\?/);
    await assert.rejects(() => attach(';Schema=flow'), /add Schema=dt to the connection string/);
    server.answerWith(() => ({ rows: [] }));
    await assert.rejects(attach, /comes to be when its app runs for the first time/);
    server.answerWith(() => ({ error: { number: 229, message: 'The SELECT permission was denied.' } }));
    await assert.rejects(attach, /GRANT SELECT ON SCHEMA::\[dt\]/);
  });

  it('that is busy or breaks off is asked again, and what changes something is not', async () => {
    const made = await attach('', { mayAct: true });
    let times = 0;
    server.answerWith((sql, values) => {
      if (!sql.includes('GROUP BY')) return hub(sql, values);
      times += 1;
      return times === 1 ? { error: { number: 1205, message: 'deadlock' } } : times === 2 ? 'hangUp' : hub(sql, values);
    });
    assert.deepEqual(await made.countByStatus(), { Running: 1 });
    assert.equal(times, 3);
    let raised = 0;
    server.answerWith((sql, values) => {
      if (!sql.includes('[RaiseEvent]')) return hub(sql, values);
      raised += 1;
      return 'hangUp';
    });
    await assert.rejects(() => made.raiseEvent('order-1', 'Go', null), /broke the connection off/);
    assert.equal(raised, 1);
  });

  it('that was closed lets nobody wait', async () => {
    const client = await SqlClient.open(sqlConnection(connection()));
    server.answerWith(() => 'silence');
    const asking = client.read({ name: 'x', text: 'SELECT 1', values: {} });
    const closed = assert.rejects(asking, (error) => DurascopeError.is(error, 'Stopped'));
    client.close();
    await closed;
    await assert.rejects(client.read({ name: 'x', text: 'SELECT 1', values: {} }), (error) =>
      DurascopeError.is(error, 'Stopped'),
    );
  });
});
