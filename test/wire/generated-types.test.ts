import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(__dirname, '../..');

describe('the generated types of the protocols', () => {
  it('are what the .proto files say; `npm run proto` makes them anew', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-proto-'));
    try {
      const buf = path.join(root, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf');
      await run(process.execPath, [buf, 'generate', '--output', folder], { cwd: root });
      const made = path.join(folder, 'src', 'wire', 'generated');
      const files = (await readdir(made, { recursive: true })).filter((name) => name.endsWith('.ts'));
      assert.ok(
        ['task-hub-sidecar.ts', 'function-rpc.ts'].every((file) => files.includes(file)),
        String(files),
      );
      for (const file of files) {
        const [fresh, kept] = await Promise.all(
          [made, path.join(root, 'src', 'wire', 'generated')].map((dir) => readFile(path.join(dir, file), 'utf8')),
        );
        assert.equal(kept?.replaceAll('\r\n', '\n'), fresh?.replaceAll('\r\n', '\n'), file);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
