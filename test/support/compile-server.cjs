// One compiler of C# for all builds of a run: those that share none spend half of their time on starting one each, and a server that MSBuild starts for
// itself would stay for ten minutes. It ends with the run. A run of a few files goes without, as does a machine without the .NET SDK.
const { execFile, spawn } = require('node:child_process');
const { rmSync } = require('node:fs');
const { stat } = require('node:fs/promises');
const path = require('node:path');
const { promisify } = require('node:util');

const name = `durascope-tests-${process.pid}`;
const fewFiles = 20;
let server;

/** Of the newest SDK; null where there is none. MSBuild compiles by itself where the server is that of another SDK than its own. */
async function findServer() {
  try {
    const { stdout } = await promisify(execFile)('dotnet', ['--list-sdks']);
    const [, version = '', folder = ''] = /^(\S+) \[(.+)\]$/.exec(stdout.trim().split(/\r?\n/).at(-1) ?? '') ?? [];
    const file = path.join(folder, version, 'Roslyn', 'bincore', 'VBCSCompiler.dll');
    await stat(file);
    return file;
  } catch {
    return null;
  }
}

/** Of mocha: once, before any test. */
exports.mochaGlobalSetup = async () => {
  const files = process.argv.filter((word) => word.endsWith('.test.ts'));
  const file = files.length <= fewFiles ? null : await findServer();
  if (file === null) return;
  server = spawn('dotnet', [file, `-pipename:${name}`], { stdio: 'ignore', windowsHide: true });
  server.once('error', () => undefined);
  server.unref();
  process.once('exit', removeSocket);
  // Properties of MSBuild, which takes them from the environment: the processes of the tests hand it on.
  process.env.UseSharedCompilation = 'true';
  process.env.SharedCompilationId = name;
};

/** Of mocha: once, after all tests. */
exports.mochaGlobalTeardown = () => {
  server?.kill('SIGKILL');
};

/** Roslyn's own place for it, whatever the environment says of temporary files. */
function removeSocket() {
  if (process.platform !== 'win32') rmSync(path.join('/tmp', name), { force: true });
}
