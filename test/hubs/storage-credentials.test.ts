import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AccessTokens, SignIn } from '../../src/hubs/access-token';
import { hubOfApp } from '../../src/hubs/app-hub';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { storageConnection } from '../../src/hubs/azure-storage/storage-connection';
import { hubTarget, type HubTarget } from '../../src/hubs/hub-target';
import { openHub } from '../../src/hubs/open-hub';
import { DurascopePrograms } from '../support/durascope-program';
import { Azurite } from './azurite';
import { goldenRows } from './golden-hub';
import { selfSigned } from './self-signed';
import { TableServer } from './table-server';

const scope = 'https://storage.azure.com/.default';

describe('what opens a storage account', () => {
  const refused = (given: string, message: RegExp): void =>
    assert.throws(
      () => hubTarget(given),
      (error) => DurascopeError.is(error, 'InvalidArgument') && message.test(error.message) && !/abc/.test(error.message),
    );
  const signIn = (tenant: string | null = null, cloud: SignIn['cloud'] = 'public'): object => ({
    type: 'signIn',
    signIn: { scope, tenant, cloud },
  });
  const at = (account: string, suffix = 'core.windows.net'): object => ({
    account,
    tables: `https://${account}.table.${suffix}`,
    blobs: `https://${account}.blob.${suffix}`,
    queues: `https://${account}.queue.${suffix}`,
    isLocal: false,
  });

  it('is read out of every form of a connection', () => {
    const key = Buffer.from('a key').toString('base64');
    const whole = `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${key}`;
    assert.deepEqual(storageConnection(`${whole};EndpointSuffix=core.windows.net`), {
      ...at('shop'),
      credential: { type: 'key', key },
    });
    assert.deepEqual(storageConnection(`${whole};EndpointSuffix=core.chinacloudapi.cn`), {
      ...at('shop', 'core.chinacloudapi.cn'),
      credential: { type: 'key', key },
    });
    // What the portal gives for a signature: endpoints with slashes, blobs first.
    assert.deepEqual(
      storageConnection(
        'BlobEndpoint=https://shop.blob.core.windows.net/;QueueEndpoint=https://shop.queue.core.windows.net/;FileEndpoint=https://shop.file.core.windows.net/;TableEndpoint=https://shop.table.core.windows.net/;SharedAccessSignature=sv=2022&sig=x%3D',
      ),
      { ...at('shop'), credential: { type: 'sas', signature: 'sv=2022&sig=x%3D' } },
    );
    assert.deepEqual(storageConnection('https://shop.z12.queue.storage.azure.net/?sv=2022&sig=x'), {
      account: 'shop',
      tables: 'https://shop.z12.table.storage.azure.net',
      blobs: 'https://shop.z12.blob.storage.azure.net',
      queues: 'https://shop.z12.queue.storage.azure.net',
      credential: { type: 'sas', signature: 'sv=2022&sig=x' },
      isLocal: false,
    });
    assert.deepEqual(storageConnection('AccountName=shop'), { ...at('shop'), credential: signIn() });
    assert.deepEqual(storageConnection('https://shop.blob.core.windows.net/'), { ...at('shop'), credential: signIn() });
    assert.deepEqual(storageConnection('AccountName=shop;TenantId=t-1;EndpointSuffix=core.usgovcloudapi.net'), {
      ...at('shop', 'core.usgovcloudapi.net'),
      credential: signIn('t-1', 'sovereign'),
    });
  });

  it('is that of an emulator wherever it listens', () => {
    const usual = storageConnection('UseDevelopmentStorage=true');
    assert.equal(usual.tables, 'http://127.0.0.1:10002/devstoreaccount1');
    const other = storageConnection('UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite');
    assert.deepEqual([other.queues, other.isLocal], ['http://azurite:10001/devstoreaccount1', false]);
    const ports = storageConnection('AccountName=devstoreaccount1;TableEndpoint=http://localhost:11002/devstoreaccount1/');
    assert.deepEqual(
      [ports.tables, ports.blobs, ports.queues, ports.isLocal, ports.credential.type],
      ['http://localhost:11002/devstoreaccount1', null, null, true, 'key'],
    );
    const secure = storageConnection(
      'AccountName=devstoreaccount1;TableEndpoint=https://127.0.0.1:11002/devstoreaccount1;Authentication=DefaultAzure',
    );
    assert.deepEqual([secure.isLocal, secure.credential.type], [true, 'signIn']);
  });

  it('is refused where it cannot be, with what is missing', () => {
    for (const [given, message] of [
      ['AccountName=shop;AccountKey=abc', /The AccountKey of shop is no key: it was not copied whole/],
      ['AccountName=shop;AccountKey=', /is no key/],
      ['AccountName=sh op', /AccountName is none: .*lower-case letters and digits/],
      ['Server=tcp:shop.example;Database=hub;Password=abc', /says nobody who signs in: it has User ID and Password/],
      ['AccountName=shop;DefaultEndpointsProtocol=http', /a sign-in is sent with https only/],
      ['AccountName=shop;TenantId=a & b', /no name or id of a directory/],
      ['TableEndpoint=https://shop.table.core.windows.net', /neither AccountKey nor SharedAccessSignature.*asks for a sign-in/],
      ['UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://localhost:11002', /without a port/],
    ] as const) {
      refused(given, message);
    }
  });

  it('is taken with quotes around it, and a port without a protocol as one of this machine', () => {
    assert.deepEqual(hubTarget('"UseDevelopmentStorage=true"'), hubTarget('UseDevelopmentStorage=true'));
    assert.deepEqual(hubTarget(' localhost:7071 '), hubTarget('http://localhost:7071'));
  });

  it('is that of an app without a connection string: an identity', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-identity-'));
    try {
      const of = async (values: object, host: object = {}): Promise<HubTarget> => {
        await writeFile(path.join(folder, 'host.json'), JSON.stringify(host));
        await writeFile(path.join(folder, 'local.settings.json'), JSON.stringify({ Values: values }));
        return hubOfApp(folder, {});
      };
      const found = await of({ AzureWebJobsStorage__accountName: 'shop', AzureWebJobsStorage__credential: 'managedidentity' });
      assert.deepEqual(found, {
        kind: 'azureStorage',
        connection: { ...at('shop'), credential: signIn() },
        hubName: 'TestHubName',
      });
      const own = await of(
        { 'Store:tableServiceUri': 'https://shop.table.core.windows.net', 'Store:tenantId': 't-2' },
        { extensions: { durableTask: { hubName: 'Shop', storageProvider: { connectionName: 'Store' } } } },
      );
      assert.ok(own.kind === 'azureStorage');
      assert.deepEqual([own.connection.account, own.connection.credential], ['shop', signIn('t-2')]);
      await assert.rejects(of({}), /neither in local\.settings\.json nor in the environment/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a storage account behind a sign-in', () => {
  const hubs: AttachedHub[] = [];
  let server: TableServer;
  let asked: SignIn[];
  before(async () => (server = await TableServer.start()));
  beforeEach(() => {
    asked = [];
    server.reset();
  });
  after(async () => {
    hubs.forEach((hub) => hub.dispose());
    await server.stop();
  });
  const tokens: AccessTokens = (signIn) => {
    asked.push(signIn);
    return Promise.resolve(`token-of-${signIn.tenant ?? 'home'}`);
  };
  const open = async (more = '', using: AccessTokens | null = tokens): Promise<AttachedHub> => {
    const target = hubTarget(`${server.connection};Authentication=DefaultAzure${more}`, 'Shop');
    const hub = await openHub(target, { clock: new SystemClock(), ...(using === null ? {} : { tokens: using }) });
    hubs.push(hub);
    return hub;
  };
  const refused = (promise: Promise<unknown>, code: DurascopeErrorCode, message: RegExp): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(DurascopeError.is(error, code), String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /token-of/);
      return true;
    });
  const row = { PartitionKey: 'a', RowKey: '', RuntimeStatus: 'Running', Name: 'A' };

  it('sends the token with every request for tables, blobs and queues, and nothing else that opens it', async () => {
    server.answer = ({ path: name, query }) =>
      query.get('comp') === 'list'
        ? {
            headers: { 'content-type': 'application/xml' },
            body: '<EnumerationResults><Queues><Queue><Name>shop-control-00</Name></Queue></Queues></EnumerationResults>',
          }
        : name === '/shop-control-00'
          ? { body: '', headers: { 'x-ms-approximate-messages-count': '7' } }
          : name.startsWith('/ShopPartitions')
            ? { status: 404, error: 'TableNotFound' }
            : { rows: [row] };
    const hub = await open();
    assert.equal((await hub.query({})).instances.length, 1);
    assert.deepEqual((await hub.facts()).queues, [{ name: 'shop-control-00', messages: 7 }]);
    assert.ok(server.asked.some(({ path: name }) => name === '/shop-leases/taskhub.json'));
    for (const { method, headers, query } of server.asked) {
      assert.equal(method, 'GET');
      assert.equal(headers.authorization, 'Bearer token-of-home');
      assert.ok(String(headers['x-ms-version']) >= '2020-12-06');
      assert.equal(query.get('sig'), null);
    }
    assert.ok(asked.every((each) => each.scope === scope && each.tenant === null));
  });

  it('takes the directory that the account names, unless the connection names one', async () => {
    server.answer = ({ headers }) =>
      headers.authorization === 'Bearer token-of-d-9'
        ? { rows: [row] }
        : {
            status: 401,
            error: 'InvalidAuthenticationInfo',
            headers: {
              'www-authenticate':
                'Bearer authorization_uri=https://login.microsoftonline.com/d-9/oauth2/authorize resource_id=https://storage.azure.com',
            },
          };
    const hub = await open();
    assert.equal((await hub.query({})).instances.length, 1);
    assert.deepEqual(
      asked.map(({ tenant }) => tenant),
      [null, ...asked.slice(1).map(() => 'd-9')],
    );
    await refused(open(';TenantId=t-1'), 'HubUnreachable', /takes no token of this account: it is of another directory/);
  });

  it('asks whoever has to sign in once at a time, and says so when that comes to nothing', async () => {
    let underWay = 0;
    let most = 0;
    server.answer = () => ({ rows: [row] });
    const hub = await open('', async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return 'token-of-home';
    });
    await Promise.all([hub.query({}), hub.get('a'), hub.query({ statuses: ['Failed'] })]);
    assert.equal(most, 1);
    const denied = (): Promise<never> =>
      Promise.reject(new DurascopeError('HubUnreachable', 'This hub asks for a sign-in, and there was none.'));
    await refused(open('', denied), 'HubUnreachable', /asks for a sign-in, and there was none/);
    await refused(open('', null), 'HubUnreachable', /devstoreaccount1 asks for a sign-in/);
  });

  for (const [status, error, message] of [
    [403, 'AuthorizationPermissionMismatch', /this account may not read it: it needs the roles "Storage Table Data Reader"/],
    [403, 'AuthorizationFailure', /firewall refuses the address of this computer/],
    [403, 'AuthenticationFailed', /another directory, or it has expired/],
  ] as const) {
    it(`says what ${error} means`, async () => {
      server.answer = () => ({ status, error });
      await refused(open(), 'HubUnreachable', message);
    });
  }

  it('of Azurite, over https with a token that the Azure command line gives', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-oauth-'));
    const { certificate, key } = selfSigned();
    const [certificateFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
    await writeFile(certificateFile, certificate);
    await writeFile(keyFile, key);
    const azurite = await Azurite.start('', { tls: { certificateFile, keyFile, certificate } });
    try {
      await azurite.put('GoldenHubInstances', goldenRows('Instances'));
      await azurite.put('GoldenHubHistory', goldenRows('History').slice(0, 3));
      const attach = (audience: string): Promise<{ code: number | null; said: string }> =>
        attachSignedIn(
          folder,
          certificateFile,
          `${azurite.connection.replace(/AccountKey=[^;]+;/, '')};Authentication=DefaultAzure`,
          audience,
        );
      const good = await attach('https://storage.azure.com');
      assert.equal(good.code, 0, good.said);
      assert.match(good.said, /GoldenHub in Azurite at 127\.0\.0\.1:\d+.*\n26 instances/);
      const wrong = await attach('https://management.azure.com');
      assert.notEqual(wrong.code, 0);
      assert.match(wrong.said, /takes no token of this account/);
    } finally {
      await azurite.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** The command line with an `az` that is signed in. */
async function attachSignedIn(
  folder: string,
  certificateFile: string,
  connection: string,
  audience: string,
): Promise<{ code: number | null; said: string }> {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, iss: 'https://sts.windows.net/d-9/', iat: seconds, nbf: seconds - 60, exp: seconds + 3600 };
  const accessToken = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('unsigned').toString('base64url')}`;
  await writeFile(path.join(folder, 'token.json'), JSON.stringify({ accessToken, expires_on: seconds + 3600 }));
  const az = path.join(folder, process.platform === 'win32' ? 'az.cmd' : 'az');
  await writeFile(
    az,
    process.platform === 'win32' ? '@type "%~dp0token.json"\r\n' : '#!/bin/sh\ncat "$(dirname "$0")/token.json"\n',
  );
  await chmod(az, 0o755);
  const env = { PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}`, NODE_EXTRA_CA_CERTS: certificateFile };
  const { code, stdout, stderr } = await new DurascopePrograms({ env }).run(['attach', connection]);
  return { code, said: stdout + stderr };
}
