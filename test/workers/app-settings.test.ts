import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { defaultHostConfig } from '../../src/core/values/host-config';
import { readAppSettings } from '../../src/workers/node/app/app-settings';

describe('the settings files of an app', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'durascope-settings-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

  const write = (name: string, text: string) => writeFile(path.join(dir, name), text);
  const read = () => readAppSettings(dir, {});
  const refused = async (pattern: RegExp) => {
    await assert.rejects(read(), (error: unknown) => {
      assert(DurascopeError.is(error, 'AppInvalid'));
      assert.match(error.message, pattern);
      return true;
    });
  };

  it('may both be missing, and everything has its default', async () => {
    const settings = await read();
    assert.deepEqual(settings.hostConfig, defaultHostConfig);
    assert.deepEqual(settings.values, {});
  });

  it('are read with comments, trailing commas, a byte order mark and unknown keys', async () => {
    await write(
      'host.json',
      `\uFEFF{ // the host
        "version": "2.0", "logging": { "x": [1,], },
        "functionTimeout": "00:10:00",
        "extensions": { "http": { "routePrefix": "/v1/" },
          "durableTask": { "hubName": "%Stage%Hub", "defaultVersion": "2.0", "versionMatchStrategy": "Strict",
            "maxConcurrentActivityFunctions": 7, "storeInputsInOrchestrationHistory": true,
            "overridableExistingInstanceStates": "AnyState", "extendedSessionsEnabled": true,
            "httpSettings": { "defaultAsyncRequestSleepTimeMilliseconds": 500 }, "useGracefulShutdown": true } } }`,
    );
    await write(
      'local.settings.json',
      '{"Values": {"Stage": "Test", "Number": 3, "Flag": true, "None": null}, "Host": {"LocalHttpPort": 7072}}',
    );
    const settings = await read();
    assert.deepEqual(settings.hostConfig, {
      ...defaultHostConfig,
      hubName: 'TestHub',
      routePrefix: 'v1',
      defaultVersion: '2.0',
      versionMatchStrategy: 'Strict',
      maxConcurrentActivityFunctions: 7,
      storeInputsInOrchestrationHistory: true,
      overridableExistingInstanceStates: 'AnyState',
      defaultAsyncRequestSleepTimeMs: 500,
      extendedSessionSeconds: 30,
      functionTimeoutMs: 600_000,
    });
    assert.deepEqual(settings.values, { Stage: 'Test', Number: '3', Flag: 'true' });
    assert.equal(settings.localHttpPort, 7072);
  });

  it('have extended sessions where they are on, and for longer than no time', async () => {
    const secondsOf = async (durableTask: object): Promise<number | null> => {
      await write('host.json', JSON.stringify({ extensions: { durableTask } }));
      return (await read()).hostConfig.extendedSessionSeconds;
    };
    const extendedSessionsEnabled = true;
    assert.equal(await secondsOf({ extendedSessionsEnabled, extendedSessionIdleTimeoutInSeconds: 5 }), 5);
    assert.equal(await secondsOf({ extendedSessionsEnabled, extendedSessionIdleTimeoutInSeconds: 0 }), null);
    assert.equal(await secondsOf({ extendedSessionsEnabled: false, extendedSessionIdleTimeoutInSeconds: 5 }), null);
  });

  it('take the origins that may call the app from Host.CORS', async () => {
    assert.equal((await read()).cors, null);
    await write('local.settings.json', '{"Host": {"CORS": "https://a.example, https://b.example,", "CORSCredentials": true}}');
    assert.deepEqual((await read()).cors, {
      allowedOrigins: ['https://a.example', 'https://b.example'],
      supportCredentials: true,
    });
    await write('local.settings.json', '{"Host": {"CORS": "*"}}');
    assert.deepEqual((await read()).cors, { allowedOrigins: ['*'], supportCredentials: false });
  });

  it('take the hub name from WEBSITE_SITE_NAME when host.json has none', async () => {
    await write('local.settings.json', '{"Values": {"WEBSITE_SITE_NAME": "my-site"}}');
    assert.equal((await read()).hostConfig.hubName, 'my-site');
  });

  it('name the file and the key of a value of the wrong type', async () => {
    await write('host.json', '{"extensions": {"durableTask": {"maxConcurrentActivityFunctions": "ten"}}}');
    await refused(/host\.json: extensions\.durableTask\.maxConcurrentActivityFunctions must be a number/);
  });

  it('name the choices where a word is not one of them', async () => {
    await write('host.json', '{"extensions": {"durableTask": {"versionMatchStrategy": "Newest"}}}');
    await refused(/host\.json: extensions\.durableTask\.versionMatchStrategy must be one of "None", "Strict", "CurrentOrOlder"/);
  });

  it('name bounds, time spans and objects in settings', async () => {
    await write(
      'host.json',
      '{"functionTimeout": "soon", "extensions": {"http": 3, "durableTask": {"maxOrchestrationActions": 0, "hubName": ""}}}',
    );
    await refused(/functionTimeout must be a time span like "00:05:00"/);
    await refused(/extensions\.http must be an object/);
    await refused(/extensions\.durableTask\.maxOrchestrationActions must be at least 1/);
    await refused(/extensions\.durableTask\.hubName must not be empty/);
  });

  it('name the key of local.settings.json too', async () => {
    await write('local.settings.json', '{"Values": {"Connection": {"a": 1}}}');
    await refused(/local\.settings\.json: Values\.Connection must be text, a number or a boolean/);
  });

  it('that are not JSON are refused with line and column', async () => {
    await write('host.json', '{\n  "version": "2.0"\n  "extensions": {}\n}');
    await refused(/host\.json is not valid JSON: CommaExpected at line 3, column 3/);
  });

  it('that are encrypted are left aside with a warning', async () => {
    await write('local.settings.json', '{"IsEncrypted": true, "Values": {"A": "CfDJ8"}}');
    const settings = await read();
    assert.deepEqual(settings.values, {});
    assert.match(settings.warnings.join(), /encrypted/);
  });
});
