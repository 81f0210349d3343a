import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError } from '../../../src/core/values/errors';
import { hubOfApp } from '../../../src/hubs/app-hub';
import { holdsSecret, hubTarget, targetLabel } from '../../../src/hubs/hub-target';
import { sqlConnection, sqlPlace } from '../../../src/hubs/sql-server/sql-connection';
import { sqlFailure } from '../../../src/hubs/sql-server/sql-errors';
import { sqlSettings } from '../../../src/hubs/sql-server/sql-settings';

const login = 'User ID=shop;Password=s3cr3t;Database=hub';

describe('connection strings of SQL Server', () => {
  it('are read as ADO.NET reads them: quotes, semicolons and equals signs in values, spaces and case in names', () => {
    const rows: [string, [string, string][]][] = [
      [
        'Server=a;Database=b',
        [
          ['server', 'a'],
          ['database', 'b'],
        ],
      ],
      [
        ' Server = a ; Initial Catalog = b c ;',
        [
          ['server', 'a'],
          ['initialcatalog', 'b c'],
        ],
      ],
      ['Password="a;b=c"', [['password', 'a;b=c']]],
      [`Password='a"b;'`, [['password', 'a"b;']]],
      ['Password="say ""hi"""', [['password', 'say "hi"']]],
      [
        "Password='it''s';User ID=x",
        [
          ['password', "it's"],
          ['userid', 'x'],
        ],
      ],
      ['Password=a=b', [['password', 'a=b']]],
      ['a==b=c', [['a=b', 'c']]],
      ['Server=a;;Server=b', [['server', 'b']]],
      ['Password=  "  x "  ;', [['password', '  x ']]],
      ['Password=', [['password', '']]],
    ];
    for (const [text, expected] of rows) assert.deepEqual([...sqlSettings(text)], expected, text);
  });

  it('say where the server is', () => {
    const place = (server: string): unknown[] => {
      const { host, port, instance, isLocal } = sqlConnection(`Server=${server};${login}`);
      return [host, port, instance, isLocal];
    };
    assert.deepEqual(place('tcp:shop.database.windows.net,1433'), ['shop.database.windows.net', 1433, null, false]);
    assert.deepEqual(place('localhost'), ['localhost', null, null, true]);
    assert.deepEqual(place('(local)'), ['localhost', null, null, true]);
    assert.deepEqual(place('.\\SQLEXPRESS'), ['localhost', null, 'SQLEXPRESS', true]);
    assert.deepEqual(place('db01\\prod, 1444'), ['db01', 1444, null, false]);
    assert.deepEqual(place('db01\\MSSQLSERVER'), ['db01', null, null, false]);
    assert.deepEqual(place('127.0.0.1,14330'), ['127.0.0.1', 14330, null, true]);
    assert.deepEqual(place('::1'), ['::1', null, null, true]);
  });

  it('say how it is opened: encrypted unless told otherwise, with a password or a sign-in', () => {
    const made = sqlConnection(
      `Data Source=s;${login};TrustServerCertificate=yes;HostNameInCertificate=h;ApplicationIntent=ReadOnly;Connect Timeout=5`,
    );
    assert.deepEqual(
      [made.encryption, made.trustsCertificate, made.certificateHost, made.isReadIntent, made.connectMs, made.schema],
      ['tls', true, 'h', true, 5000, 'dt'],
    );
    assert.deepEqual(made.credential, { type: 'password', user: 'shop', password: 's3cr3t' });
    assert.equal(sqlConnection(`Server=s;${login};Encrypt=False`).encryption, 'none');
    assert.equal(sqlConnection(`Server=s;${login};Encrypt=Optional`).encryption, 'none');
    assert.equal(sqlConnection(`Server=s;${login};Encrypt=Mandatory`).encryption, 'tls');
    assert.equal(sqlConnection(`Server=s;${login};Encrypt=strict`).encryption, 'strict');
    assert.deepEqual(
      sqlConnection('Server=s.database.windows.net;Database=d;Authentication=Active Directory Default').credential,
      {
        type: 'signIn',
        signIn: { scope: 'https://database.windows.net/.default', tenant: null, cloud: 'public' },
      },
    );
    assert.deepEqual(
      sqlConnection('Server=s.database.chinacloudapi.cn;Database=d;Authentication=ActiveDirectoryInteractive;TenantId=t.example')
        .credential,
      {
        type: 'signIn',
        signIn: { scope: 'https://database.chinacloudapi.cn/.default', tenant: 't.example', cloud: 'sovereign' },
      },
    );
  });

  it('that cannot be taken are refused with what to do, and no password is in the words', () => {
    const rows: [string, RegExp][] = [
      ['Server=s;User ID=u;Password=s3cr3t', /names no database: add Database=NAME/],
      ['Database=d;User ID=u;Password=s3cr3t;Data Source=', /has no Server/],
      ['Server=s;Database=d', /says nobody who signs in/],
      ['Server=s;Database=d;Integrated Security=SSPI', /account of Windows .* is not handed on/],
      ['Server=s;Database=d;Trusted_Connection=yes', /account of Windows .* is not handed on/],
      ['Server=(localdb)\\MSSQLLocalDB;Database=d;Integrated Security=true', /LocalDB is reached by a named pipe/],
      ['Server=np:\\\\s\\pipe\\sql;Database=d;User ID=u;Password=s3cr3t', /over TCP alone, not by np/],
      [`Server=s,abc;${login}`, /HOST, HOST,PORT or HOST\\INSTANCE/],
      [`Server=s\\;${login}`, /HOST, HOST,PORT or HOST\\INSTANCE/],
      [`Server=s;${login};Encrypt=maybe`, /Encrypt .* is True, False or Strict/],
      [`Server=s;${login};Connect Timeout=soon`, /is a number of seconds/],
      [`Server=s;${login};Authentication=Kerberos`, /Authentication .* is none that is known/],
      ['Driver={ODBC Driver 18};Server=s;Database=d;Uid=u;Pwd=s3cr3t', /of ODBC or OLE DB/],
      ['jdbc:sqlserver://s:1433;databaseName=d;user=u;password=s3cr3t', /as other programs write it/],
      [`Server=s;AttachDbFilename=x.mdf;${login}`, /database in a file/],
      ['Server=s;Database=d;User ID=u;Password=s3cr3t;x', /a password perhaps, has to stand in quotes/],
      ['Server=s;Database=d;User ID=u;Password="s3cr3t', /begins with a quote, and does not end with one/],
      ['Server=far;Database=d;Authentication=Active Directory Default;Encrypt=False', /never sent without encryption/],
    ];
    for (const [text, expected] of rows) {
      assert.throws(
        () => hubTarget(text),
        (error) => {
          assert.ok(DurascopeError.is(error, 'InvalidArgument'), text);
          assert.match(error.message, expected, text);
          assert.doesNotMatch(error.message, /s3cr3t/, text);
          return true;
        },
      );
    }
  });

  it('are targets with a hub, a label without a secret, and nothing for a command line', () => {
    const target = hubTarget(`Server=db01,1444;${login};TaskHub=Orders;Schema=flow`);
    assert.ok(target.kind === 'sqlServer');
    assert.equal(target.hubName, 'Orders');
    assert.equal(targetLabel(target), 'Orders in hub at db01,1444, schema flow');
    assert.equal(sqlPlace(sqlConnection(`Server=.\\X;${login}`)), 'hub at localhost\\X');
    assert.equal(holdsSecret(`Server=s;${login}`), true);
    assert.equal(holdsSecret('Server=s;Database=d;Uid=u; Pwd = x'), true);
    assert.equal(holdsSecret('Server=s;Database=d;Authentication=Active Directory Default'), false);
  });

  it('are found by the settings of an app', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-sql-app-'));
    try {
      const host = (storageProvider: object): Promise<void> =>
        writeFile(
          path.join(folder, 'host.json'),
          JSON.stringify({ extensions: { durableTask: { hubName: 'Orders', storageProvider } } }),
        );
      const settings = (values: object, more: object = {}): Promise<void> =>
        writeFile(path.join(folder, 'local.settings.json'), JSON.stringify({ Values: values, ...more }));
      await host({ type: 'mssql' });
      await settings({ SQLDB_Connection: `Server=s;${login}` });
      const usual = await hubOfApp(folder, {});
      assert.ok(usual.kind === 'sqlServer');
      assert.deepEqual([usual.hubName, usual.appHubName, usual.connection.schema], [null, 'Orders', 'dt']);
      await host({ type: 'MSSQL', connectionStringName: 'HUB_DB', taskHubName: 'Other', schemaName: 'flow' });
      await settings({}, { ConnectionStrings: { HUB_DB: `Server=t;${login}` } });
      const other = await hubOfApp(folder, {});
      assert.ok(other.kind === 'sqlServer');
      assert.deepEqual([other.connection.host, other.appHubName, other.connection.schema], ['t', 'Other', 'flow']);
      await settings({});
      await assert.rejects(() => hubOfApp(folder, {}), /behind the setting HUB_DB/);
      assert.ok((await hubOfApp(folder, { HUB_DB: `Server=u;${login}` })).kind === 'sqlServer');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('that a server refuses are told with what to do, without the password', () => {
    const connection = sqlConnection(`Server=db01;${login}`);
    const failed = (code: string, message: string, cause?: unknown): Error =>
      Object.assign(new Error(message, { cause }), { code });
    const rows: [Error, number[], RegExp][] = [
      [failed('ELOGIN', "Login failed for user 'shop' s3cr3t."), [18456], /refuses the login 'shop'/],
      [failed('ELOGIN', 'Cannot open database "hub"'), [4060, 18456], /has no database 'hub'/],
      [failed('ELOGIN', 'blocked'), [40615], /firewall of db01/],
      [failed('EREQUEST', 'permission denied'), [229], /GRANT SELECT ON SCHEMA::\[dt\]/],
      [failed('EREQUEST', 'Invalid object name'), [208], /no tables of a task hub in the schema 'dt'/],
      [failed('EREQUEST', 'deadlock'), [1205], /too busy/],
      [failed('EREQUEST', 'lock'), [1222], /locked by something else/],
      [failed('EENCRYPT', 'wants it'), [], /encrypted connections only/],
      [failed('EINSTLOOKUP', 'no'), [], /server browser/],
      [failed('ESOCKET', 'x', failed('ECONNREFUSED', 'refused')), [], /Nothing answers at db01, port 1433/],
      [failed('ESOCKET', 'x', failed('ENOTFOUND', 'none')), [], /There is no db01/],
      [failed('ESOCKET', 'x', failed('DEPTH_ZERO_SELF_SIGNED_CERT', 'self')), [], /TrustServerCertificate=True/],
      [failed('ETIMEOUT', 'late'), [], /does not answer in time/],
      [failed('ESOCKET', 'hang up'), [], /broke the connection off/],
    ];
    for (const [error, numbers, expected] of rows) {
      const told = sqlFailure(error, numbers, connection);
      assert.match(told.message, expected);
      assert.doesNotMatch(JSON.stringify([told.message, String(told.cause)]), /s3cr3t/);
    }
  });
});
