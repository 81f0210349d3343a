import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { copyExample } from '../../src/vscode/apps/copy-example';
import { isDurableApp } from '../../src/vscode/models/app-folder';
import { exampleApps, sampleApps } from '../../src/vscode/models/example-apps';

const examples = path.join(__dirname, '../../examples');

describe('an app to begin with', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'durascope-sample-'))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const inCopy = (name: string): string => readFileSync(path.join(root, 'My App', name), 'utf8');

  for (const { folder, language } of exampleApps) {
    it(`is ${folder}, a function app with durable functions`, async () => {
      const files = await copyExample(path.join(examples, folder), path.join(root, 'My App'));
      const project = files.find((file) => file.endsWith('.csproj'));
      assert.equal(project !== undefined, language === 'C#');
      assert.equal(files.includes('tsconfig.json'), language === 'TypeScript');
      assert.equal(
        files.some((file) => file.endsWith('/run.ps1')),
        language === 'PowerShell',
      );
      assert.ok(
        isDurableApp({
          hostJson: inCopy('host.json'),
          packageJson: files.includes('package.json') ? inCopy('package.json') : undefined,
          projects: project === undefined ? [] : [inCopy(project)],
          functionJsons: files.filter((file) => file.endsWith('/function.json')).map(inCopy),
        }),
      );
      assert.ok(!files.some((file) => /node_modules|\.durascope\/|(^|\/)(bin|obj|dist)\//.test(file)), files.join('\n'));
      assert.match(inCopy('.gitignore'), /^local\.settings\.json$/m);
    });
  }

  it('is there in each language, and in TypeScript with the types that it is compiled with', () => {
    assert.deepEqual(
      sampleApps.map(({ language }) => language),
      ['JavaScript', 'TypeScript', 'C#', 'PowerShell'],
    );
    for (const { folder } of exampleApps.filter(({ language }) => language === 'TypeScript')) {
      const text = (name: string): string => readFileSync(path.join(examples, folder, name), 'utf8');
      const { compilerOptions } = JSON.parse(text('tsconfig.json')) as { compilerOptions: { types: string[] } };
      const { devDependencies } = JSON.parse(text('package.json')) as { devDependencies: Record<string, string> };
      for (const name of compilerOptions.types) assert.ok(Object.hasOwn(devDependencies, `@types/${name}`), `${folder}: ${name}`);
    }
  });

  it('comes with the extension, every file of it', () => {
    const packed = readFileSync(path.join(examples, '../.ci/package-files.txt'), 'utf8').split('\n');
    for (const { folder } of exampleApps) {
      const listed = packed
        .filter((file) => file.startsWith(`examples/${folder}/`))
        .map((file) => file.slice(`examples/${folder}/`.length));
      assert.ok(listed.includes('host.json') && listed.some((file) => /\.(js|ts|cs|ps1)$/.test(file)), folder);
    }
  });

  it('bears the name of its folder, as npm takes it', async () => {
    await copyExample(path.join(examples, 'hello-cities'), path.join(root, 'My App'));
    assert.equal((JSON.parse(inCopy('package.json')) as { name: string }).name, 'my-app');
  });

  it('is never written over a file: what is there is named, and nothing is written', async () => {
    const target = path.join(root, 'My App');
    mkdirSync(path.join(target, 'src', 'functions'), { recursive: true });
    writeFileSync(path.join(target, 'src', 'functions', 'hello-cities.js'), '// mine');
    await assert.rejects(copyExample(path.join(examples, 'hello-cities'), target), (error) => {
      assert.ok(DurascopeError.is(error, 'InvalidArgument'));
      assert.match(error.message, /^My App has src\/functions\/hello-cities\.js already.* Choose an empty folder\.$/);
      return true;
    });
    assert.equal(inCopy('src/functions/hello-cities.js'), '// mine');
    assert.deepEqual(readdirSync(target), ['src']);
  });

  it('leaves the .gitignore of a repository as it is', async () => {
    const target = path.join(root, 'My App');
    mkdirSync(target);
    writeFileSync(path.join(target, '.gitignore'), '*.tmp\n');
    const files = await copyExample(path.join(examples, 'hello-cities'), target);
    assert.ok(!files.includes('.gitignore') && existsSync(path.join(target, 'host.json')));
    assert.equal(inCopy('.gitignore'), '*.tmp\n');
  });
});
