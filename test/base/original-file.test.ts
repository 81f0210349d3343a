import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { originalFile } from '../../src/base/original-file';

describe('the file that a source map names', () => {
  let root = '';
  let built = '';

  before(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'durascope-original-')));
    built = path.join(root, 'apps', 'app', 'dist', 'functions', 'main.js');
    for (const file of ['apps/app/src/a.ts', 'packages/shared/b.ts', 'c.ts']) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), '');
    }
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('is found by a path or a URL, whether it is there or not', () => {
    const file = path.join(root, 'apps', 'app', 'src', 'gone.ts');
    for (const source of ['../../src/gone.ts', file, pathToFileURL(file).href]) assert.equal(originalFile(source, built), file);
  });

  it('is found by the URL of a bundler, in the folder of the built file or one above', () => {
    for (const source of [
      'webpack://app/./src/a.ts',
      'webpack://app/src/a.ts?7f3c',
      'webpack:///./src/a.ts',
      'webpack:///src/a.ts',
      'webpack-internal:///./src/a.ts',
      `webpack://app/${path.join(root, 'apps', 'app', 'src', 'a.ts').replaceAll('\\', '/')}`,
    ]) {
      assert.equal(originalFile(source, built), path.join(root, 'apps', 'app', 'src', 'a.ts'), source);
    }
    assert.equal(originalFile('webpack://app/../../packages/shared/b.ts', built), path.join(root, 'packages', 'shared', 'b.ts'));
  });

  it('is none where no such file is there', () => {
    for (const source of ['webpack://app/webpack/bootstrap', 'webpack://app/./src/gone.ts', 'webpack:///', 'commonjs:x']) {
      assert.equal(originalFile(source, built), null, source);
    }
  });

  it('finds a path with folders too many or too few before it, but not that of a package', () => {
    const source = path.join(root, 'apps', 'app', 'src', 'a.ts');
    for (const named of ['../../../../src/a.ts', '../src/a.ts', pathToFileURL(path.join(root, 'apps', 'src', 'a.ts')).href]) {
      assert.equal(originalFile(named, path.join(root, 'apps', 'app', 'dist', 'cjs', 'b.js')), source, named);
    }
    const packaged = path.join(root, 'apps', 'app', 'node_modules', 'p', 'dist', 'b.js');
    assert.equal(originalFile('../src/a.ts', packaged), path.join(root, 'apps', 'app', 'node_modules', 'p', 'src', 'a.ts'));
  });
});
