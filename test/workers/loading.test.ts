import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { WorkerFixture, type AppOptions } from './worker-fixture';

const activity = (name: string) => `require('durable-functions').app.activity('${name}', { handler: () => '${name}' });\n`;

describe('loading an app', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  const names = async (fixtureName: string | null, options: AppOptions = {}) =>
    (await fixture.start(fixtureName, options)).worker.functions().map(({ name }) => name);

  const refused = async (files: Record<string, string>, ...patterns: RegExp[]): Promise<DurascopeError> => {
    let refusal: DurascopeError | undefined;
    await assert.rejects(fixture.start(null, { files }), (error: unknown) => {
      assert(DurascopeError.is(error, 'AppInvalid'), String(error));
      for (const pattern of patterns) assert.match(error.message, pattern);
      refusal = error;
      return true;
    });
    assert(refusal !== undefined);
    return refusal;
  };

  describe('(g) of ES modules', () => {
    it('takes import and require alike', async () => {
      const app = await fixture.start('esm');
      assert.deepEqual(
        app.worker
          .functions()
          .map(({ name }) => name)
          .sort(),
        ['coreImport', 'deep', 'greet', 'hello'],
      );
      assert.equal(await app.result('greet', 'you'), 'Hi, you');
      assert.equal(await app.result('coreImport'), 'ERR_MODULE_NOT_FOUND');
      const { decisions } = await app.firstEpisode('hello');
      assert.deepEqual(decisions, [{ type: 'ScheduleTask', id: 0, name: 'greet', input: '["ESM"]' }]);
      const hello = app.worker.functions().find(({ name }) => name === 'hello');
      assert.equal(path.relative(app.dir, hello?.file ?? ''), path.join('src', 'functions', 'hello.js'));
    });

    it('goes by the extension first, then by "type"', async () => {
      const files = {
        'package.json': '{"main": "src/*.{cjs,mjs,js}", "type": "module"}',
        'src/a.cjs': activity('inCjs'),
        'src/b.mjs': "import * as df from 'durable-functions'; df.app.activity('inMjs', { handler: () => 1 });",
        'src/c.js': "import { app } from 'durable-functions'; app.activity('inJs', { handler: () => 1 });",
      };
      assert.deepEqual((await names(null, { files })).sort(), ['inCjs', 'inJs', 'inMjs']);
    });
  });

  describe('by "main" of package.json', () => {
    it('takes a plain file, with and without its extension, and a folder', async () => {
      for (const main of ['app.js', './app', 'app']) {
        const files = { 'package.json': JSON.stringify({ main }), 'app.js': activity('one') };
        assert.deepEqual(await names(null, { files }), ['one']);
      }
    });

    it('takes braces, * and **', async () => {
      const files = {
        'package.json': '{"main": "dist/{index.js,functions/**/*.js}"}',
        'dist/index.js': activity('index'),
        'dist/functions/a.js': activity('a'),
        'dist/functions/deep/er/b.js': activity('b'),
        'dist/other.js': activity('other'),
      };
      assert.deepEqual((await names(null, { files })).sort(), ['a', 'b', 'index']);
    });

    it('names a pattern that matches nothing, and says to build when the app is TypeScript', async () => {
      await refused(
        { 'package.json': '{"main": "src/functions/*.js"}' },
        /"main" of package\.json, "src\/functions\/\*\.js", matches no file\. Build the app first if its files are built; else point "main"/,
      );
      await refused(
        { 'package.json': '{"main": "dist/index.js"}', 'tsconfig.json': '{}' },
        /does not exist\. The app is written in TypeScript: build it first \(npm run build\)/,
      );
    });

    it('that matches nothing is to be taken out where functions have a function.json: what "npm init" writes stays in many such apps', async () => {
      await refused(
        {
          'package.json': '{"main": "index.js"}',
          'Hello/function.json': '{"bindings": [{"name": "name", "type": "activityTrigger"}]}',
          'Hello/index.js': 'module.exports = async () => 1;',
        },
        /"index\.js", does not exist\. Functions that have a function\.json need no "main": take it out of package\.json/,
      );
    });
  });

  it('says which packages of an app without functions were loaded', async () => {
    await refused(
      { 'package.json': '{"main": "index.js"}', 'index.js': '' },
      /No functions found: index\.js was loaded, but nothing was registered/,
    );
    await refused({ 'package.json': '{}' }, /No functions found in .*Give package\.json a "main"/s);
    await refused({}, /No functions found/);
    await refused(
      { 'Hello/function.json': '{"disabled": true, "bindings": [{"name": "name", "type": "activityTrigger"}]}' },
      /No functions found in .*: each that has a function\.json is disabled/,
    );
  });

  it('names the function apps below a folder that is none, as the root of a repository', async () => {
    const app = (folder: string) => ({
      [`${folder}/host.json`]: '{"version": "2.0"}',
      [`${folder}/package.json`]: '{"main": "a.js"}',
    });
    const root = { 'package.json': '{"workspaces": ["packages/*"]}', ...app('node_modules/x'), ...app('packages/api/dist') };
    await refused(
      { ...root, ...app('packages/api') },
      /is no function app: it has no host\.json\. The function app is in packages[\\/]api: give that folder\.$/,
    );
    await refused(
      { ...root, ...app('packages/b'), ...app('packages/a') },
      /There are function apps in packages[\\/]a, packages[\\/]b: give the folder of one\.$/,
    );
    // What a build of .NET has copied, wherever its output goes, is no app of its own; alone it is.
    const built = { ...app('published/b'), 'published/b/worker.config.json': '{}' };
    await refused({ 'package.json': '{}', ...app('apps/b'), ...built }, /The function app is in apps[\\/]b: give that folder\.$/);
    await refused({ 'package.json': '{}', ...built }, /The function app is in published[\\/]b: give that folder\.$/);
    // An app itself, whatever lies below it.
    await refused({ 'host.json': '{}', ...app('samples/a') }, /No functions found in .*Give package\.json a "main"/s);
  });

  it('names a folder that is not there', async () => {
    const dir = await fixture.copy(null);
    await rm(dir, { recursive: true });
    const { NodeWorker } = await import('../../src/workers/node/node-worker');
    await assert.rejects(
      NodeWorker.start({ appDir: dir, childScript: 'none', log: () => undefined, clientBinding: () => '{}' }),
      (error) => DurascopeError.is(error, 'AppInvalid') && /does not exist/.test(error.message),
    );
  });

  it('names the file and the line of a syntax error', async () => {
    const error = await refused(
      { 'package.json': '{"main": "src/*.js"}', 'src/bad.js': 'const a = 1;\nconst = 2;\n' },
      /src[\\/]bad\.js cannot be loaded \(src[\\/]bad\.js:2\): SyntaxError: Unexpected token '='/,
    );
    assert.equal(path.basename(String(error.details['file'])), 'bad.js');
    assert.equal(error.details['line'], 2);
  });

  it('names the file and the line of a syntax error in an ES module, and in one that it imports', async () => {
    const files = {
      'package.json': '{"main": "a.mjs"}',
      'a.mjs': "import './deep/b.mjs';\n",
      'deep/b.mjs': '\n\nexport const = 3;\n',
    };
    const error = await refused(files, /SyntaxError/, /deep[\\/]b\.mjs:3/);
    assert.equal(error.details['line'], 3);
    await refused({ 'package.json': '{"main": "a.mjs"}', 'a.mjs': "import { nope } from 'node:path';\n" }, /a\.mjs:1.*nope/s);
  });

  it('names the place of an error that the code throws', async () => {
    const error = await refused(
      {
        'package.json': '{"main": "a.js"}',
        'a.js': "require('./b');",
        'b.js': '\nfunction f() {\n  throw new TypeError("no way");\n}\nf();',
      },
      /a\.js cannot be loaded \(b\.js:3\): TypeError: no way/,
    );
    assert.equal(error.details['line'], 3);
  });

  it('says to install a package that is missing, and to check the path of a file that is', async () => {
    await refused(
      { 'package.json': '{"main": "a.js", "dependencies": {"not-installed": "1"}}', 'a.js': "require('not-installed');" },
      /Cannot find module 'not-installed'.*Run npm install/s,
    );
    await refused(
      {
        'package.json': '{"main": "a.mjs", "devDependencies": {"@not/installed": "1"}}',
        'a.mjs': "import '@not/installed/part';",
      },
      /Cannot find package '@not\/installed'.*Run npm install/s,
    );
    await refused(
      { 'package.json': '{"main": "a.js"}', 'a.js': "require('@not/named/part');" },
      /Cannot find module '@not\/named\/part'\. It is not among the dependencies in package\.json: npm install @not\/named\./,
    );
    await refused(
      { 'package.json': '{"main": "a.js"}', 'a.js': "require('./gone');" },
      /Cannot find module '\.\/gone'.*Check the path/s,
    );
  });

  it('names both places of two functions with one name, whatever their case', async () => {
    await refused(
      { 'package.json': '{"main": "*.js"}', 'a.js': activity('twice'), 'b.js': `\n${activity('TWICE')}` },
      /Two functions are named "TWICE": one is registered in .*a\.js:1, the other in .*b\.js:2\. Rename one/,
    );
  });

  it('names a function whose name cannot be one', async () => {
    await refused({ 'package.json': '{"main": "a.js"}', 'a.js': activity('1st') }, /"1st" cannot be the name of a function/);
  });

  it('names the package that wants another Node.js', async () => {
    await refused(
      { 'package.json': '{"main": "a.js", "engines": {"node": ">=99"}}', 'a.js': activity('one') },
      /Node\.js \d+\.\d+\.\d+ is too old or too new for this app: package\.json of the app asks for ">=99"/,
    );
  });

  it('takes functions of the gRPC dialect for another profile’s, and says when their client has no port', async () => {
    const code = `const { app, input } = require('@azure/functions');
app.generic('BuiltIn__HttpActivity', { trigger: { name: 't', type: 'activityTrigger', durableRequiresGrpc: true }, handler: () => undefined });
app.generic('modern', { trigger: { name: 't', type: 'orchestrationTrigger', durableRequiresGrpc: true }, handler: () => undefined });
app.http('starter', { extraInputs: [input.generic({ type: 'durableClient', durableRequiresGrpc: true })], handler: () => ({}) });`;
    const files = { 'package.json': '{"main": "a.js"}', 'a.js': code };
    const { worker, logs } = await fixture.start(null, { files });
    const functions = worker.functions().map(({ name, profile, isBuiltIn }) => [name, profile, isBuiltIn]);
    assert.deepEqual(functions, [
      ['BuiltIn__HttpActivity', 'G', true],
      ['modern', 'G', undefined],
      ['starter', undefined, undefined],
    ]);
    assert.ok(logs.some((entry) => /"starter" uses the client of durable-functions 4, .* gRPC is off/.test(entry.message)));
    assert.equal(worker.accepts('orchestrator', 'Modern'), false);
    assert.equal(worker.accepts('activity', 'other'), true);
  });

  it('reports a process that ends while loading, with its last words', async () => {
    await refused(
      { 'package.json': '{"main": "a.js"}', 'a.js': 'require("fs").writeSync(2, "last words\\n"); process.exit(5);' },
      /exit code 5.*still loading.*last words/s,
    );
  });

  it('gives up on an app that never finishes', async () => {
    const files = { 'package.json': '{"main": "a.mjs"}', 'a.mjs': 'await new Promise((done) => setTimeout(done, 60_000));' };
    const givenUp = async (loadTimeoutMs: number): Promise<string> => {
      const error = await fixture.start(null, { files, loadTimeoutMs }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(DurascopeError.is(error, 'AppInvalid'), String(error));
      return error.message;
    };
    let seconds = 1.5;
    let message = await givenUp(seconds * 1000);
    // On a busy machine it may not have come so far.
    while (/did not connect within/.test(message)) message = await givenUp((seconds *= 2) * 1000);
    assert.match(message, new RegExp(`did not finish loading within ${seconds} s`));
  });

  it('reports an appStart hook that throws', async () => {
    const code = "require('@azure/functions').app.hook.appStart(() => { throw new Error('not today'); });";
    await refused(
      { 'package.json': '{"main": "a.js"}', 'a.js': `${activity('one')}${code}` },
      /An appStart hook failed.*not today/,
    );
  });

  it('says what is wrong with a Node.js that cannot be started', async () => {
    const files = { 'package.json': '{"main": "a.js"}', 'a.js': activity('one') };
    await assert.rejects(
      fixture.start(null, { files, nodePath: path.join('no', 'such', 'node') }),
      (error) => DurascopeError.is(error, 'AppInvalid') && /could not be started with/.test(error.message),
    );
  });

  describe('by function.json', () => {
    const binding = '{"bindings": [{"name": "name", "type": "activityTrigger", "direction": "in"}]}';

    it('names what is wrong in it', async () => {
      await refused({ 'One/function.json': '{"bindings": []}', 'One/index.js': '' }, /One\/function\.json: bindings/);
      await refused({ 'One/function.json': '{"bindings": [', 'One/index.js': '' }, /One\/function\.json is not valid JSON/);
      await refused(
        { 'One/function.json': `{"scriptFile": "../dist/x.js", ${binding.slice(1)}` },
        /scriptFile "\.\.\/dist\/x\.js" does not exist\. Build the app first/,
      );
      if (process.platform !== 'win32') {
        await refused(
          { 'One/function.json': `{"scriptFile": "..\\\\dist\\\\x.js", ${binding.slice(1)}`, 'dist/x.js': '' },
          /does not exist\. A backslash separates folders on Windows only: write "\.\.\/dist\/x\.js"/,
        );
      }
      await refused({ 'One/function.json': binding }, /One\/function\.json: no script found beside it/);
      await refused({ '1st/function.json': binding, '1st/index.js': '' }, /The folder "1st" cannot be a function/);
    });

    it('names an export that is not there', async () => {
      await refused(
        { 'One/function.json': binding, 'One/index.js': 'exports.a = 1; exports.b = 2;' },
        /Function "One": index\.js exports no function to call/,
      );
      await refused(
        { 'One/function.json': `{"entryPoint": "main", ${binding.slice(1)}`, 'One/index.js': 'exports.a = () => 1;' },
        /does not export a function named "main"/,
      );
    });

    it('takes ES modules, runs main first, and leaves out what a setting disables', async () => {
      const files = {
        'package.json': '{"main": "setup.js"}',
        'setup.js': 'globalThis.wasSetUp = true;',
        'One/function.json': binding,
        'One/index.mjs': 'export default async () => globalThis.wasSetUp;',
        'Two/function.json': binding,
        'Two/index.js': 'throw new Error("disabled");',
        'local.settings.json': '{"Values": {"AzureWebJobs.Two.Disabled": "true"}}',
      };
      const app = await fixture.start(null, { files });
      assert.deepEqual(
        app.worker.functions().map(({ name }) => name),
        ['One'],
      );
      assert.equal(await app.result('One'), true);
      await app.logged("Disabled, so not among the app's functions: Two.");
    });

    it('is left aside when functions are registered in code', async () => {
      const files = {
        'package.json': '{"main": "a.js"}',
        'a.js': activity('one'),
        'Two/function.json': binding,
        'Two/index.js': '',
      };
      const app = await fixture.start(null, { files });
      assert.deepEqual(
        app.worker.functions().map(({ name }) => name),
        ['one'],
      );
      await app.logged('function.json folders are left aside: Two');
    });
  });

  it('leaves out functions registered in code that a setting disables, whatever its form', async () => {
    const settings = {
      'AzureWebJobs.two.Disabled': 'true',
      AZUREWEBJOBS_Three_DISABLED: '1',
      'AzureWebJobs.One.Disabled': 'false',
      'AzureWebJobs.Disabled': 'true',
    };
    const files = {
      'package.json': '{"main": "a.js"}',
      'a.js': ['One', 'Two', 'Three'].map((name) => activity(name)).join(';\n'),
      'local.settings.json': JSON.stringify({ Values: settings }),
    };
    const app = await fixture.start(null, { files });
    assert.deepEqual(
      app.worker.functions().map(({ name }) => name),
      ['One'],
    );
    await app.logged("Disabled, so not among the app's functions: Two, Three.");
  });

  it('goes back to TypeScript through source maps, for functions and for stacks', async () => {
    const app = await fixture.start('typescript');
    const fn = app.worker.functions().find(({ name }) => name === 'typed');
    assert.equal(path.relative(app.dir, fn?.file ?? ''), path.join('src', 'functions', 'typed.ts'));
    assert.equal(fn?.line, 11);
    const outcome = await app.activity('fails');
    assert(!outcome.ok);
    assert.match(outcome.details, /typed\.ts:8/);
  });

  it('goes back to TypeScript where the loader keeps the maps apart, as @swc/register does', async () => {
    const files = {
      'package.json': '{"main": "main.js"}',
      'main.js':
        "require('source-map-support/source-map-support');\nrequire.extensions['.ts'] = require.extensions['.js'];\nrequire('./a.ts');",
      'a.ts': `${'\n'.repeat(40)}const handler = () => { throw new Error('no'); };\nrequire('durable-functions').app.activity('one', { handler });`,
      'node_modules/source-map-support/source-map-support.js':
        'exports.mapSourcePosition = ({ source, line, column }) => ({ source, line: line > 40 ? line - 40 : line, column });',
    };
    const app = await fixture.start(null, { files });
    const fn = app.worker.functions().find(({ name }) => name === 'one');
    assert.deepEqual([fn?.file, fn?.line], [path.join(app.dir, 'a.ts'), 2]);
  });

  it('says what a compiler that loads TypeScript could not compile, and where', async () => {
    const thrown =
      "Object.assign(new Error('⨯ Unable to compile TypeScript:\\nsrc/a.ts(3,10): error TS2322: Not a number.\\n'), { name: 'TSError' })";
    const files = { 'package.json': '{"main": "main.js"}', 'main.js': `throw ${thrown};` };
    await assert.rejects(fixture.start(null, { files }), (error) => {
      assert(DurascopeError.is(error, 'AppInvalid'));
      assert.match(
        error.message,
        /main\.js cannot be loaded.*Unable to compile TypeScript: src\/a\.ts\(3,10\): error TS2322: Not a number\./,
      );
      assert.match(String(error.details['file']), /src[\\/]a\.ts$/);
      assert.equal(error.details['line'], 3);
      return true;
    });
  });

  it('takes the folder under another name after a move', async () => {
    const dir = await fixture.copy('commonjs');
    const moved = `${dir} with blanks ä`;
    await rename(dir, moved);
    try {
      const { NodeWorker } = await import('../../src/workers/node/node-worker');
      const { buildChild } = await import('../support/build-child');
      const worker = await NodeWorker.start({
        appDir: moved,
        childScript: await buildChild(),
        log: () => undefined,
        clientBinding: () => '{}',
        watch: false,
      });
      assert.equal(
        worker.functions().find(({ name }) => name === 'sayHello')?.file,
        path.join(moved, 'src', 'functions', 'activities.js'),
      );
      await worker.stop();
    } finally {
      await rm(moved, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  describe('with languageWorkers__node__arguments (spec/language-workers.md 5)', () => {
    const files = {
      'package.json': '{"main": "app.js"}',
      'hook.cjs': "globalThis.hooked = 'by the hook';",
      'app.js':
        "require('durable-functions').app.activity('told', { handler: () => [globalThis.hooked, process.execArgv.join(' ')] });\n",
    };
    const withArguments = (given: string): AppOptions => ({
      files: { ...files, 'local.settings.json': JSON.stringify({ Values: { languageWorkers__node__arguments: given } }) },
    });

    it('gives them to Node.js', async () => {
      const app = await fixture.start(null, withArguments(' --require ./hook.cjs   --stack-trace-limit=7'));
      const [hooked, args] = (await app.result('told')) as [string, string];
      assert.equal(hooked, 'by the hook');
      assert.match(args, /--require \.\/hook\.cjs --stack-trace-limit=7/);
    });

    it('leaves the inspector to whoever starts the app, and says so', async () => {
      const app = await fixture.start(null, withArguments('--inspect=5858 --require ./hook.cjs'));
      const [hooked, args] = (await app.result('told')) as [string, string];
      assert.equal(hooked, 'by the hook');
      assert.doesNotMatch(args, /5858/);
      await app.logged('"--inspect=5858" of languageWorkers__node__arguments is left aside');
    });

    it('is no app that can be loaded with an option that Node.js does not know', async () => {
      await refused(withArguments('--no-such-option').files ?? {}, /bad option/);
    });
  });
});
