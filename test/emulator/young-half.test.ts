import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { youngHalf } from '../../src/emulator/app/young-half';

describe('how large the young generation of an emulator may be', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-young-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is twice as much for an app in C#', async () => {
    await writeFile(path.join(folder, 'host.json'), '{ "version": "2.0" }');
    await writeFile(
      path.join(folder, 'app.csproj'),
      '<Project><PackageReference Include="Microsoft.Azure.Functions.Worker" /></Project>',
    );
    assert.equal(await youngHalf(folder), 8);
  });

  it('is small for one in JavaScript', async () => {
    await writeFile(path.join(folder, 'host.json'), '{ "version": "2.0" }');
    await writeFile(path.join(folder, 'package.json'), '{}');
    assert.equal(await youngHalf(folder), 4);
  });

  it('is small where there is no app, or not even a folder', async () => {
    assert.equal(await youngHalf(folder), 4);
    assert.equal(await youngHalf(path.join(folder, 'nowhere')), 4);
  });
});
