// `npm run pictures [-- NAME ...]`: takes the pictures of README and walkthrough anew, each in a light and in a dark theme, in the real
// editor with the packaged extension. What is taken stands in pictures.mjs. DURASCOPE_PYTHON: a Python that has the package `durabletask`;
// DURASCOPE_POWERSHELL_WORKER: the folder of the PowerShell worker, without which that picture stays as it is.
// Needs zopflipng.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import png from '@pdf-lib/upng';
import { quietSettings, startCodeServer } from '../../support/vscode/code-server.mjs';
import { repository } from '../../support/vscode/places.mjs';
import { setUpBrowser, setUpCodeServer } from '../../support/vscode/setup.mjs';
import { openWorkbench, until } from '../../support/vscode/workbench.mjs';
import { makeConnectedApp, pictureOfConnected } from './connected.mjs';
import { makeCsharpApp, makePowerShellApp, pictureOfCsharp, pictureOfPowerShell } from './languages.mjs';
import { pictures } from './pictures.mjs';

// A CommonJS package with a default of its own.
const upng = png.default;

const themes = { dark: 'Dark Modern', light: 'Light Modern' };
/** Of a picture that does not say more: a screen has few colours, and the package has a budget. */
const colours = 24;
/** A folder named after what is in it: it is on the pictures. */
const appName = 'patterns';

const wanted = new Set(process.argv.slice(2));
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-pictures-'));
const app = path.join(root, appName);

function makeApp() {
  fs.cpSync(path.join(repository, 'examples', 'patterns'), app, {
    recursive: true,
    filter: (file) => !/node_modules|\.durascope$/.test(file),
  });
  for (const more of ['hello-cities', 'entities']) {
    fs.cpSync(path.join(repository, 'examples', more, 'src', 'functions'), path.join(app, 'src', 'functions'), {
      recursive: true,
    });
  }
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(app, 'node_modules'), 'dir');
  fs.mkdirSync(path.join(app, '.vscode'));
  const debug = { type: 'durascope', request: 'launch', name: 'Debug function app', appDir: '${workspaceFolder}' };
  fs.writeFileSync(path.join(app, '.vscode', 'launch.json'), JSON.stringify({ version: '0.2.0', configurations: [debug] }));
}

const settings = {
  ...quietSettings,
  'durascope.port': 0,
  'durascope.sessionStart': 'keep',
  'editor.minimap.enabled': false,
  'files.exclude': { '**/node_modules': true, '**/.vscode': true },
  'breadcrumbs.enabled': false,
  'workbench.layoutControl.enabled': false,
  'workbench.colorTheme': themes.dark,
};

async function useTheme(bench, name) {
  await bench.command('Preferences: Color Theme');
  await bench.quickField.fill(themes[name]);
  await bench.pick(themes[name]);
  await bench.quickInput.waitFor({ state: 'hidden' });
}

/** The emulator of the app, for what is easier asked over HTTP: starts, events. */
function emulatorOf(app) {
  const note = JSON.parse(fs.readFileSync(path.join(app, '.durascope', 'emulator.json'), 'utf8'));
  const post = async (target, body) => {
    const response = await fetch(`${note.managementUrl}${target}?code=${encodeURIComponent(note.key)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${target}: ${await response.text()}`);
  };
  return {
    ...note,
    start: (name, id, input) => post(`/orchestrators/${name}/${id}`, input ?? null),
    raise: (id, event, data) => post(`/instances/${id}/raiseEvent/${event}`, data),
    fork: async (id, body) => {
      const url = `${note.url}/durascope/instances/${id}/fork?code=${encodeURIComponent(note.key)}`;
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`fork of ${id}: ${await response.text()}`);
    },
    until: (id, status) =>
      until(`${id} to be ${status}`, async () => {
        const response = await fetch(`${note.url}/durascope/instances/${id}`);
        return response.ok && (await response.json()).runtimeStatus === status;
      }),
  };
}

async function keep(page, picture, theme) {
  await page.mouse.move(1, 1);
  // Nothing may be half drawn: fades, progress bars, a tooltip that goes.
  await page.waitForTimeout(700);
  const shot = await page.screenshot({
    animations: 'disabled',
    caret: 'hide',
    ...(picture.clip === undefined ? {} : { clip: picture.clip }),
  });
  const image = upng.decode(shot.buffer.slice(shot.byteOffset, shot.byteOffset + shot.byteLength));
  const [pixels] = upng.toRGBA8(image);
  const file = path.join(repository, picture.folder, `${picture.name}-${theme}.png`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, Buffer.from(upng.encode([pixels], image.width, image.height, picture.colours ?? colours)));
  packTighter(file, file);
  console.log(`${path.relative(repository, file)}: ${(fs.statSync(file).size / 1024).toFixed(0)} KiB`);
}

/** The same picture in fewer bytes. Nothing is done where only the program is asked for. */
function packTighter(...files) {
  const { error, status } = spawnSync('zopflipng', ['-y', '--iterations=15', '--filters=0', ...files], { stdio: 'ignore' });
  if (error !== undefined) throw new Error('zopflipng is missing: install it first (Debian: apt-get install zopfli).');
  if (files.length > 0 && status !== 0) throw new Error(`zopflipng ended with ${status} for ${files[0]}`);
}

/** One window of the editor on the folder, in which the pictures are taken one after the other. */
async function takeAll(folder, all) {
  let bench;
  let server;
  const undo = [];
  try {
    const packages = fs.readdirSync(repository).filter((name) => name.endsWith('.vsix'));
    if (packages.length !== 1) throw new Error('Expected one .vsix: run "npm run package".');
    server = await startCodeServer({ vsix: [path.join(repository, packages[0])], settings });
    bench = await openWorkbench(server, { folder, viewport: { width: 1120, height: 680 } });
    const window = { bench, page: bench.page, server, app: folder, emulator: () => emulatorOf(folder), undo };
    let shown = 'dark';
    // Each goes on where the one before ended, so all are gone through, up to the last that is wanted.
    for (const picture of all.slice(0, all.findLastIndex(isWanted) + 1)) {
      try {
        await picture.prepare(window);
        if (!isWanted(picture)) {
          await picture.after?.(window);
          continue;
        }
        const ownPage = picture.page?.(window);
        for (const theme of shown === 'dark' ? ['dark', 'light'] : ['light', 'dark']) {
          if (ownPage !== undefined) await ownPage.emulateMedia({ colorScheme: theme });
          else if (theme !== shown) await useTheme(bench, theme);
          if (ownPage === undefined) shown = theme;
          await picture.each?.(window);
          await keep(ownPage ?? bench.page, picture, theme);
        }
        await picture.after?.(window);
      } catch (error) {
        // The others are worth having.
        console.error(`${picture.name}: ${error.message}`);
        process.exitCode = 1;
        await bench.page.screenshot({ path: path.join(repository, 'test-results', `picture-${picture.name}-failed.png`) });
        await bench.dismissQuickInput();
      }
    }
  } catch (error) {
    await bench?.page.screenshot({ path: path.join(repository, 'test-results', 'pictures-failed.png') }).catch(() => undefined);
    throw error;
  } finally {
    for (const step of undo) await step();
    await bench?.close();
    await server?.stop();
  }
}

const isWanted = ({ name }) => wanted.size === 0 || wanted.has(name);

try {
  packTighter();
  setUpBrowser();
  setUpCodeServer();
  if (pictures.some(isWanted)) {
    makeApp();
    await takeAll(app, pictures);
  }
  if (isWanted(pictureOfConnected)) await takeAll(makeConnectedApp(root), [pictureOfConnected]);
  if (isWanted(pictureOfCsharp)) await takeAll(makeCsharpApp(root), [pictureOfCsharp]);
  if (isWanted(pictureOfPowerShell) && process.env.DURASCOPE_POWERSHELL_WORKER !== undefined) {
    await takeAll(makePowerShellApp(root), [pictureOfPowerShell]);
  }
} finally {
  fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
