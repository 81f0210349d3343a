// Starts a private code-server: own user data, own extensions folder, own port, loopback, no auth.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { findCodeServer } from './places.mjs';
import { patienceMs } from './patience.mjs';

// Quiet defaults: nothing that phones home, pops up, steals focus or moves on its own.
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'debug.toolBarLocation': 'floating',
  'editor.accessibilitySupport': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
  'remote.autoForwardPortsSource': 'output', // else the open files of all processes are listed every few seconds
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'typescript.tsserver.useSyntaxServer': 'never', // one server of the language, not two
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.enableExperiments': false,
  'workbench.quickOpen.closeOnFocusLost': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Extensions of the editor itself that no test and nothing of Durascope asks for. Each window would start most of them, and several start programs of
 * their own: git, the search for tasks, sign-in, the chat.
 */
const unusedBuiltIns = new Set([
  'copilot',
  'css-language-features',
  'debug-auto-launch',
  'debug-server-ready',
  'emmet',
  'extension-editing',
  'git',
  'git-base',
  'github',
  'github-authentication',
  'grunt',
  'gulp',
  'html-language-features',
  'ipynb',
  'jake',
  'merge-conflict',
  'mermaid-markdown-features',
  'microsoft-authentication',
  'ms-vscode.js-debug-companion',
  'ms-vscode.vscode-js-profile-table',
  'notebook-renderers',
  'npm',
  'php-language-features',
  'simple-browser',
  'terminal-suggest',
  'tunnel-forwarding',
]);

/** A folder with the editor's own extensions, less these: links, for they are large. */
function linkBuiltIns(target, { builtInExtensions: from }) {
  fs.mkdirSync(target);
  for (const name of fs.readdirSync(from)) {
    if (!unusedBuiltIns.has(name)) fs.symlinkSync(path.join(from, name), path.join(target, name));
  }
  return target;
}

/** The user's settings, which a window reads when it is opened: the quiet ones and these. */
export function writeSettings(userData, settings = {}) {
  const file = path.join(userData, 'User', 'settings.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

// The server runs in a process group of its own; take it along however this process ends.
const live = new Set();
process.on('exit', () => {
  for (const pid of live) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      /* gone */
    }
  }
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.once(signal, () => process.exit(code));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function runOnce(file, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (d) => {
      text += d;
    });
    child.stderr.on('data', (d) => {
      text += d;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${path.basename(file)} ${args.at(-1)}: exit ${code}\n${text}`)),
    );
  });
}

/**
 * The package's files, put into `extensions` as the editor itself unpacks them. It does so once for each package in a run of the tests, and once for
 * each editor elsewhere.
 */
async function install(dist, vsix, extensions, env) {
  if (process.env.DURASCOPE_TESTS_SYSTEM_TMPDIR === undefined) return unpack(dist, vsix, extensions, env);
  const hash = createHash('sha256').update(fs.readFileSync(vsix)).digest('hex').slice(0, 16);
  const kept = path.join(os.tmpdir(), `unpacked-${hash}`);
  if (!fs.existsSync(kept)) {
    const fresh = fs.mkdtempSync(`${kept}-`);
    await unpack(dist, vsix, fresh, env);
    // Several parts of a run may come here at once: the first one counts, and all go with the run.
    if (!fs.existsSync(kept)) fs.renameSync(fresh, kept);
  }
  fs.cpSync(kept, extensions, { recursive: true });
}

async function unpack(dist, vsix, folder, env) {
  const own = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-unpacking-'));
  try {
    fs.writeFileSync(path.join(own, 'config.yaml'), '{}\n');
    const args = ['--config', path.join(own, 'config.yaml'), '--user-data-dir', path.join(own, 'data')];
    await runOnce(dist.node, [dist.entry, ...args, '--extensions-dir', folder, '--install-extension', vsix, '--force'], env);
    // The list that the editor keeps beside them names this folder; without one it looks what there is.
    fs.rmSync(path.join(folder, 'extensions.json'), { force: true });
  } finally {
    fs.rmSync(own, { recursive: true, force: true });
  }
}

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/**
 * vsix: packages to install; unpacked: extension folders to copy in as installed ones;
 * development: read extensionDevelopmentPath and extensionTestsPath from the page's address.
 * trust: workspaces are asked about, not trusted.
 * @param {{ vsix?: string[], unpacked?: string[], development?: boolean, settings?: object, env?: Record<string, string>,
 *           keep?: boolean, trust?: boolean, extraArgs?: string[], onLog?: (line: string) => void }} options
 */
export async function startCodeServer(options = {}) {
  const dist = findCodeServer();
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-vscode-'));
  const userData = path.join(root, 'data');
  const extensions = path.join(root, 'extensions');
  fs.mkdirSync(extensions);
  fs.writeFileSync(path.join(root, 'config.yaml'), '{}\n'); // else one with a password goes to the home folder
  writeSettings(userData, options.settings);

  const env = { ...process.env, ...options.env };
  for (const key of Object.keys(env)) {
    // What a terminal inside another VS Code, or a stray setting, would leak in.
    if (
      /^(CODE_SERVER_.*|VSCODE_IPC_HOOK.*|VSCODE_OPTIONS|VSCODE_PROXY_URI|VSCODE_GIT_.*|PORT|PASSWORD|HASHED_PASSWORD)$/.test(key)
    ) {
      delete env[key];
    }
  }
  env.XDG_RUNTIME_DIR = path.join(root, 'run'); // its sockets; else they pile up in the temporary folder
  fs.mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
  env.VSCODE_CLI = '1'; // the environment is that of the tests: else a login shell is started and asked for it, before any extension
  env.EXTENSIONS_GALLERY = '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}'; // no look-ups of extensions
  const common = [
    dist.entry,
    '--config',
    path.join(root, 'config.yaml'),
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
  ];

  for (const folder of options.unpacked ?? []) {
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    fs.cpSync(folder, path.join(extensions, `${manifest.publisher}.${manifest.name}-${manifest.version}`), {
      recursive: true,
      dereference: true,
      filter: (from) => !/(^|\/)(\.git|\.vscode-test)$/.test(from),
    });
  }
  for (const file of options.vsix ?? []) {
    try {
      await install(dist, path.resolve(file), extensions, env);
    } catch (error) {
      fs.rmSync(root, { recursive: true, force: true });
      throw error;
    }
  }

  const port = await freePort();
  const child = spawn(
    dist.node,
    [
      ...common,
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--disable-telemetry',
      '--disable-update-check',
      ...(options.trust ? [] : ['--disable-workspace-trust']),
      '--disable-getting-started-override',
      '--ignore-last-opened',
      // A built VS Code reads extensionDevelopmentPath/-TestsPath from the address only with this.
      ...(options.development ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      '--vscode-option',
      `builtin-extensions-dir=${linkBuiltIns(path.join(root, 'built-in'), dist)}`,
      ...(options.extraArgs ?? []),
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  live.add(child.pid);

  const lines = [];
  const collect = (chunk) => {
    for (const line of String(chunk).split('\n')) {
      if (line.trim() === '') {
        continue;
      }
      lines.push(line);
      options.onLog?.(line);
    }
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });

  async function stop() {
    if (!exited) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      // A time that is still running keeps this process from ending.
      const late = setTimeout(() => child.kill('SIGKILL'), 8000);
      await gone;
      clearTimeout(late);
    }
    // The group holds what the server left behind: extension host, pty host, file watcher, agent host.
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      /* nothing left */
    }
    live.delete(child.pid);
    if (!options.keep) {
      fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }

  const origin = `http://127.0.0.1:${port}`;
  const end = Date.now() + patienceMs;
  for (;;) {
    if (exited) {
      await stop();
      throw new Error(`code-server ended at start:\n${lines.join('\n')}`);
    }
    if (Date.now() > end) {
      await stop();
      throw new Error(`code-server not up in ${patienceMs / 1000} s:\n${lines.join('\n')}`);
    }
    try {
      if ((await fetch(`${origin}/healthz`)).ok) {
        break;
      }
    } catch {
      /* not listening yet */
    }
    await sleep(100);
  }
  return {
    development: Boolean(options.development),
    origin,
    port,
    authority: `127.0.0.1:${port}`,
    pid: child.pid,
    root,
    userData,
    extensions,
    lines,
    stop,
    vscodeVersion: dist.vscodeVersion,
  };
}
