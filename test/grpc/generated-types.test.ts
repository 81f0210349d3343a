import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(__dirname, '../..');

describe('the generated types of the protocol', () => {
  it('are what the .proto file says; `npm run proto` makes them anew', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-proto-'));
    try {
      const buf = path.join(root, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf');
      await run(process.execPath, [buf, 'generate', '--output', folder], { cwd: root });
      const made = path.join(folder, 'src', 'grpc', 'generated');
      const files = (await readdir(made, { recursive: true })).filter((name) => name.endsWith('.ts'));
      assert.ok(files.length > 3);
      for (const file of files) {
        const [fresh, kept] = await Promise.all(
          [made, path.join(root, 'src', 'grpc', 'generated')].map((dir) => readFile(path.join(dir, file), 'utf8')),
        );
        assert.equal(kept?.replaceAll('\r\n', '\n'), fresh?.replaceAll('\r\n', '\n'), file);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
