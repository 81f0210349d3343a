import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadHint } from '../../src/workers/node/child/loading/load-hints';

describe('a hint where a file of the app could not be loaded', () => {
  let appDir: string;

  beforeEach(async () => {
    appDir = await mkdtemp(path.join(tmpdir(), 'durascope-hints-'));
  });
  afterEach(() => rm(appDir, { recursive: true, force: true }));

  async function withSdk(version: string): Promise<void> {
    const folder = path.join(appDir, 'node_modules', 'durable-functions');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'durable-functions', version }));
  }

  it('says which version of durable-functions the code is for', async () => {
    const older = { appDir, code: undefined, message: 'TypeError: df.orchestrator is not a function', file: null };
    const newer = { ...older, message: "TypeError: Cannot read properties of undefined (reading 'orchestration')" };
    for (const failure of [older, newer]) assert.equal(loadHint(failure), '', 'without the package');
    await withSdk('3.5.0');
    assert.match(loadHint(older), /^ durable-functions 3\.5\.0 registers functions in code.* npm install durable-functions@2\.$/);
    assert.equal(loadHint(newer), '');
    await withSdk('2.1.3');
    assert.match(loadHint(newer), /^ durable-functions 2\.1\.3 has no df\.app: .* npm install durable-functions@3\.$/);
    assert.equal(loadHint(older), '');
  });

  it('says what runs TypeScript where this Node.js does not', () => {
    const failure = {
      appDir,
      code: undefined,
      message: "SyntaxError: Unexpected token '{'",
      file: path.join(appDir, 'main.ts'),
      line: 1,
    };
    const reads = Boolean((process.features as { typescript?: unknown }).typescript);
    assert.match(loadHint(failure), reads ? /^$/ : /does not read TypeScript: build the app .*Node\.js 24.*--import tsx/);
    assert.equal(loadHint({ ...failure, file: path.join(appDir, 'main.js') }), '');
    const translated = { ...failure, code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', message: 'SyntaxError: enum is not supported' };
    assert.match(loadHint(translated), /only leaves types out.*build the app/);
  });

  it('says that using needs a newer Node.js, where the line has it', async () => {
    const file = path.join(appDir, 'locks.js');
    await writeFile(file, 'function* move(context) {\n  using lock = yield context.df.lock(a);\n  let ] = 1;\n}\n');
    const failure = { appDir, code: undefined, message: "SyntaxError: Unexpected identifier 'lock'", file, line: 2 };
    const isNew = Number.parseInt(process.versions.node, 10) >= 24;
    assert.match(loadHint(failure), isNew ? /^$/ : /^ "using" needs Node\.js 24 or later, .* v\d+\..*durascope\.nodePath/);
    assert.equal(loadHint({ ...failure, message: "SyntaxError: Unexpected token ']'", line: 3 }), '');
    assert.equal(loadHint({ ...failure, file: path.join(appDir, 'gone.js') }), '');
  });

  it('does not send for the package that only the host has', () => {
    const message = "Error: Cannot find package '@azure/functions-core' imported from /app/dist/main.mjs";
    const hint = loadHint({ appDir, code: 'ERR_MODULE_NOT_FOUND', message, file: path.join(appDir, 'dist', 'main.mjs') });
    assert.match(
      hint,
      /^ That is no package: the host answers it to require\(\) alone, .*leaves @azure\/functions .*or is one in CommonJS\.$/,
    );
  });

  it('names a package to add only where the app itself asks for it, and has a package.json without it', async () => {
    const failure = { appDir, code: 'MODULE_NOT_FOUND', message: "Error: Cannot find module '@a/b/c'", file: null };
    const install = ' Run npm install in the app folder.';
    assert.equal(loadHint(failure), install);
    await writeFile(path.join(appDir, 'package.json'), '{"dependencies": {"x": "1"}}');
    assert.equal(loadHint(failure), ' It is not among the dependencies in package.json: npm install @a/b.');
    assert.equal(loadHint({ ...failure, file: path.join(appDir, 'node_modules', 'x', 'index.js') }), install);
    await writeFile(path.join(appDir, 'package.json'), '{"peerDependencies": {"@a/b": "1"}}');
    assert.equal(loadHint(failure), install);
    await writeFile(path.join(appDir, 'package.json'), '{');
    assert.equal(loadHint(failure), install);
  });
});
