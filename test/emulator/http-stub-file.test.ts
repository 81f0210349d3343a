import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HttpStubFile } from '../../src/emulator/app/http-stub-file';

describe('the file with stubs for HTTP calls', () => {
  let folder = '';
  const write = (text: string, name = 'durascope.http.json'): Promise<void> => writeFile(path.join(folder, name), text);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-stubs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is not needed, unless it is named', async () => {
    assert.equal(await new HttpStubFile(folder, undefined).read(), null);
    await assert.rejects(new HttpStubFile(folder, 'mine.json').read(), { code: 'InvalidArgument', message: /mine\.json/ });
  });

  it('may have comments, and is read again when it has changed', async () => {
    const file = new HttpStubFile(folder, undefined);
    await write('{ "stubs": [{ "url": "http://a/*", "responses": [{}] /* any */ }], }');
    const first = await file.read();
    assert.deepEqual([first?.otherRequests, first?.source, first?.stubs.length], ['send', 'durascope.http.json', 1]);
    assert.equal(await file.read(), first);
    await write('{ "otherRequests": "refuse" }');
    await utimes(path.join(folder, 'durascope.http.json'), 1, 1);
    assert.equal((await file.read())?.otherRequests, 'refuse');
  });

  it('says what is wrong, again and again until it is mended', async () => {
    const file = new HttpStubFile(folder, undefined);
    await write('{ "stubs": [{ "url": 1 }] }');
    for (let tries = 0; tries < 2; tries++) {
      await assert.rejects(file.read(), {
        code: 'AppInvalid',
        message: /^durascope\.http\.json is not as it should be: .*stubs\[0\]\.url/,
      });
    }
    await write('{ "stubs": ');
    await assert.rejects(file.read(), { code: 'AppInvalid', message: /not valid JSON.* line 1/ });
    await write('{}');
    assert.deepEqual((await file.read())?.stubs, []);
  });
});
