/**
 * The processes of the apps under test: hubs of one app share one, which goes on without any for the hub of the next test, and does not keep the
 * test's own process from ending. When no hub has it, and the app's files are others than when it was loaded, the next hub gets a new one.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../core/ports/logger';
import { DurascopeError } from '../core/values/errors';
import { appKind } from '../emulator/app/app-kind';
import { findChildScript } from '../emulator/app/child-script';
import { NodeWorker } from '../workers/node/node-worker';

export interface SharedAppOptions {
  appDir: string;
  env?: Readonly<Record<string, string>>;
  nodePath?: string;
}

/** An app that one hub has, until `release`. */
export interface BorrowedApp {
  worker: NodeWorker;
  release(): void;
}

interface SharedApp {
  fingerprint: string;
  worker: Promise<NodeWorker>;
  listeners: Set<Logger>;
}

const apps = new Map<string, SharedApp>();

/** Rejects with `AppInvalid`, and with `NotSupported` for an app in another language. */
export async function borrowApp(options: SharedAppOptions, log: Logger): Promise<BorrowedApp> {
  const key = JSON.stringify([options.appDir, options.nodePath ?? null, Object.entries(options.env ?? {}).sort()]);
  const fingerprint = await fingerprintOf(options.appDir);
  let app = apps.get(key);
  if (app !== undefined && app.listeners.size === 0 && app.fingerprint !== fingerprint) {
    apps.delete(key);
    void app.worker.then((worker) => worker.stop());
    app = undefined;
  }
  if (app === undefined) {
    const listeners = new Set<Logger>();
    const worker = startApp(options, (entry) => {
      for (const listener of listeners) listener(entry);
    });
    app = { fingerprint, worker, listeners };
    apps.set(key, app);
    const started = app;
    worker.catch(() => {
      if (apps.get(key) === started) apps.delete(key);
    });
  }
  const { listeners } = app;
  // One listener may be of several hubs.
  const listener: Logger = (entry) => log(entry);
  listeners.add(listener);
  try {
    const worker = await app.worker;
    return { worker, release: () => void listeners.delete(listener) };
  } catch (error) {
    listeners.delete(listener);
    throw error;
  }
}

async function startApp({ appDir, env, nodePath }: SharedAppOptions, log: Logger): Promise<NodeWorker> {
  const kind = await appKind(appDir);
  if (kind !== 'node') {
    throw new DurascopeError(
      'NotSupported',
      `The app in ${appDir} is one of ${kind === 'dotnet' ? '.NET' : 'PowerShell'}: test hubs run apps in JavaScript and TypeScript. Replay its recorded histories with \`durascope replay\` instead.`,
    );
  }
  const worker = await NodeWorker.start({
    appDir,
    childScript: findChildScript(),
    log,
    // A client that the app makes must reach no hub from here.
    clientBinding: () => '{}',
    watch: false,
    inBackground: true,
    ...(env === undefined ? {} : { env }),
    ...(nodePath === undefined ? {} : { nodePath }),
  });
  const newer = worker.functions().find(({ profile }) => profile === 'G');
  if (newer === undefined) return worker;
  await worker.stop();
  throw new DurascopeError(
    'NotSupported',
    `'${newer.name}' is of a durable-functions that speaks gRPC (4 or later): test hubs run apps with durable-functions 1 to 3.`,
  );
}

const settingFiles = new Set(['host.json', 'local.settings.json', 'package.json', 'function.json']);
const ignoredFolders = new Set(['node_modules', '.git', '.durascope', '.vscode', '.idea', 'coverage', 'test-results']);

/** Of the files that decide what the app is: when each was written. */
async function fingerprintOf(appDir: string): Promise<string> {
  const found: string[] = [];
  const read = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries.map(async (entry) => {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!ignoredFolders.has(entry.name)) await read(file);
        } else if (settingFiles.has(entry.name) || /\.[cm]?js$/.test(entry.name)) {
          const stats = await stat(file).catch(() => null);
          if (stats !== null) found.push(`${file} ${stats.mtimeMs} ${stats.size}`);
        }
      }),
    );
  };
  await read(appDir);
  return found.sort().join('\n');
}
