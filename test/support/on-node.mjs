// Runs the unit and end-to-end tests on other versions of Node.js than the one on PATH: `node test/support/on-node.mjs 22 24 [-- --spec FILE]`.
// A version comes as a package of npm (node-<platform>-<arch>) into a temporary folder; the tests start their child processes with it too, since
// it stands first on PATH. Without versions: the three that are supported. Ends with a line for each version; exit code 1 when one failed.
// Broken off, it leaves nothing: what it has started ends with it, and its temporary files are in the folder of the run.
import './ends-programs.cjs';
import temporaryFiles from './temporary-files.cjs';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const words = process.argv.slice(2);
const cut = words.indexOf('--');
const named = cut < 0 ? words : words.slice(0, cut);
const rest = cut < 0 ? [] : words.slice(cut + 1);
const versions = named.length === 0 ? ['20', '22', '24'] : named;

for (const version of versions)
  if (!/^\d+(\.\d+){0,2}$/.test(version)) {
    console.error(`"${version}" is no version of Node.js. Give major versions, as in: node test/support/on-node.mjs 22 24`);
    process.exit(2);
  }

temporaryFiles.removeAtEnd();
const npm = process.env['npm_execpath'];
/** Answers the exit code. With a channel, by which mocha is asked to end its own processes first, where this is broken off. */
const run = (command, args, options) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], ...options });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
const runNpm = (args, options) =>
  npm === undefined
    ? run('npm', args, { shell: process.platform === 'win32', ...options })
    : run(process.execPath, [npm, ...args], options);

/** The executable of a version, installed into `folder`, or undefined where there is none for this machine. */
async function install(version, folder) {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel',
    'error',
    `${name}@${version}`,
  ];
  if ((await runNpm(args)) !== 0) return undefined;
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

const told = [];
if ((await runNpm(['run', '--silent', 'build'])) !== 0) process.exit(1);
for (const version of versions) {
  const folder = mkdtempSync(join(tmpdir(), `durascope-node-${version}-`));
  try {
    const node = await install(version, folder);
    if (node === undefined) {
      told.push({ version, ok: false, said: 'could not be installed' });
      continue;
    }
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` };
    const exact = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const suite = rest.length > 0 ? rest : ['--config', '.mocharc.quick.cjs'];
    console.log(`== Node.js ${exact}: mocha ${suite.join(' ')}`);
    const code = await run(node, [mocha, ...suite, '--parallel'], { env });
    told.push({ version: exact, ok: code === 0, said: String(code) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
temporaryFiles.mochaGlobalTeardown();
for (const { version, ok, said } of told) console.log(`Node.js ${version}: ${ok ? 'passed' : `FAILED (${said})`}`);
process.exit(told.every(({ ok }) => ok) ? 0 : 1);
