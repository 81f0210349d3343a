// Opens the VS Code web workbench in headless Chromium and gives helpers for driving it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { patienceMs } from './patience.mjs';
import { findChromium } from './places.mjs';

export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const quote = (text) => JSON.stringify(String(text));
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/** Retries until `probe` gives something truthy. */
export async function until(what, probe, ms = patienceMs, every = 100) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) {
        return value;
      }
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`timed out after ${ms} ms: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`);
    }
    await sleep(every);
  }
}

/** Retries assertions until they hold: for what is drawn or told a moment later. The last failure is thrown. */
export async function eventually(check, ms = patienceMs) {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

/** The address of a workbench that shows `folder`, with the extension-development payload where asked for. */
export function workbenchUrl(server, { folder, extension, hostTests, payload = [] }) {
  const remote = (file) => `vscode-remote://${server.authority}${encodeURI(path.resolve(file))}`;
  const pairs = [...payload];
  if (extension) {
    pairs.push(['extensionDevelopmentPath', remote(extension)]);
  }
  if (hostTests) {
    pairs.push(['extensionTestsPath', remote(hostTests)]);
  }
  const url = new URL(server.origin);
  if (folder) {
    url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(folder));
  }
  if (pairs.length > 0) {
    url.searchParams.set('payload', JSON.stringify(pairs));
  }
  return url.href;
}

export async function openWorkbench(server, options) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    args: chromiumArgs,
    viewport: options.viewport ?? { width: 1400, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(patienceMs); // a machine that is busy with other things
  const bench = new Workbench(server, context, page, profile);
  const automation = { log: [], exit: undefined };
  bench.automation = automation;
  page.on('console', (message) => options.onConsole?.(message));
  page.on('dialog', (dialog) => void dialog.accept().catch(() => {})); // beforeunload
  if (options.hostTests) {
    // The web workbench calls these two if they exist.
    await page.exposeFunction('codeAutomationLog', (type, args) => {
      automation.log.push({ type, args });
      options.onHostLog?.(type, args);
    });
    await page.exposeFunction('codeAutomationExit', (code, logs) => {
      automation.exit = { code, logs };
    });
  }
  try {
    await page.goto(workbenchUrl(server, options));
    await page.waitForSelector('.monaco-workbench', { timeout: patienceMs });
  } catch (error) {
    await bench.close();
    throw error;
  }
  return bench;
}

export class Workbench {
  constructor(server, context, page, profile) {
    Object.assign(this, { server, context, page, profile });
    this.quickInput = page.locator('.quick-input-widget:visible');
    this.quickField = this.quickInput.locator('input.input');
    this.quickRows = this.quickInput.locator('.quick-input-list .monaco-list-row');
    this.debug = new Debug(this);
  }

  async close() {
    await this.context.close().catch(() => {});
    fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Closes the window, the page stays: what the window had begun ends, as where a user closes the tab. */
  async leave() {
    await this.page.evaluate(() => sessionStorage.clear()).catch(() => undefined);
    await this.page.goto('about:blank');
  }

  /** Another window in the same page, once this one was left: it finds nothing of what this one has kept in the browser but what is compiled. */
  async openFresh(options) {
    const devTools = await this.context.newCDPSession(this.page);
    await devTools.send('Storage.clearDataForOrigin', {
      origin: this.server.origin,
      storageTypes: 'indexeddb,local_storage,cookies',
    });
    await devTools.detach();
    await this.page.goto(workbenchUrl(this.server, options));
    await this.page.waitForSelector('.monaco-workbench', { timeout: patienceMs });
  }

  // --- quick input -------------------------------------------------------------------------------

  async dismissQuickInput() {
    for (let i = 0; i < 5 && (await this.quickInput.count()) > 0; i++) {
      await this.page.keyboard.press('Escape');
      await sleep(100);
    }
  }

  /** Opens quick access with `text` and takes the row whose label is `row` (or begins with `row,`); retries while VS Code still loads. */
  async quickOpen(text, row, ms = patienceMs) {
    const wanted = this.quickInput
      .locator(
        `.quick-input-list .monaco-list-row[aria-label=${quote(row)}], .quick-input-list .monaco-list-row[aria-label^=${quote(`${row},`)}]`,
      )
      .first();
    await until(
      `quick access "${text}" to offer "${row}"`,
      async () => {
        await this.dismissQuickInput();
        await this.page.keyboard.press(text.startsWith('>') ? 'F1' : 'Control+p');
        await this.quickField.waitFor({ timeout: 2000 });
        await this.quickField.fill(text, { timeout: 2000 });
        await wanted.waitFor({ timeout: 2500 });
        return true;
      },
      ms,
      250,
    );
    await this.take(wanted);
  }

  /** Runs a command by the full title that the palette shows, e.g. "View: Show Search". */
  async command(title, ms) {
    await this.quickOpen(`>${title}`, title, ms);
  }
  async openFile(name, ms) {
    await this.quickOpen(name, path.basename(name), ms);
    await this.page.locator(`.tab.active[data-resource-name=${quote(path.basename(name))}]`).waitFor();
    await this.page.locator('.editor-group-container.active .monaco-editor .view-line').first().waitFor();
  }
  async gotoLine(line) {
    // A window that is busy may miss the keys, or take Enter before it has read the number.
    await until(`line ${line}`, async () => {
      await this.dismissQuickInput();
      await this.page.keyboard.press('Control+g');
      await this.quickField.waitFor({ timeout: 2000 });
      await this.quickField.fill(`:${line}`, { timeout: 2000 });
      await this.quickField.press('Enter', { timeout: 2000 });
      await this.quickInput.waitFor({ state: 'hidden', timeout: 2000 });
      return true;
    });
  }

  /** Takes the row of an open QuickPick whose label begins so. */
  async pick(label) {
    await this.take(this.quickInput.locator(`.monaco-list-row[aria-label^=${quote(label)}]`).first());
  }
  /** Takes a row of an open QuickPick and waits until the list has gone: what is typed next is for what is asked then. */
  async take(row) {
    await row.waitFor();
    // A list that is filled anew under the pointer loses the click.
    await until('the list to take the click', async () => {
      if (await row.isVisible()) {
        await row.click({ timeout: 5000 });
      }
      await row.waitFor({ state: 'hidden', timeout: 5000 });
      return true;
    });
  }

  // --- parts of the window -----------------------------------------------------------------------

  /** Shows a view container by the name on its activity bar icon. */
  async activity(name) {
    // The li, not the a: a badge lies over the a and takes the click.
    const item = this.page.locator(`.activitybar li.action-item:has(> a.action-label[aria-label^=${quote(name)}])`).first();
    await item.waitFor({ timeout: patienceMs });
    const isShown = async () => (await item.getAttribute('class', { timeout: 2000 })).split(/\s+/).includes('checked');
    // A click where it is shown would hide it again: one at a time, each with time to work.
    await until(`the view ${name}`, async () => {
      if (await isShown()) {
        return true;
      }
      await item.click({ timeout: 5000 });
      return until(`the view ${name}`, isShown, 5000);
    });
  }
  /** A section of a side bar, by the title in its header. */
  pane(title) {
    return this.page.locator(`.pane:has(> .pane-header[aria-label^=${quote(title)}])`);
  }
  treeItem(label, within = this.page.locator('.monaco-workbench')) {
    return within.locator(`[role=treeitem][aria-label^=${quote(label)}]`).first();
  }
  async expand(item) {
    await item.waitFor();
    const isClosed = async () => (await item.getAttribute('aria-expanded', { timeout: 2000 })) === 'false';
    await until('the row to be open', async () => {
      if (!(await isClosed())) {
        return true;
      }
      await item.locator('.monaco-tl-twistie').click({ timeout: 5000 });
      return until('the row to be open', async () => !(await isClosed()), 5000);
    });
  }
  /** Opens the context menu of `target` and takes the item `label`. A menu ignores clicks in its first moments, so this clicks until it closes. */
  async contextMenu(target, label) {
    const item = this.page.locator(`.monaco-menu .action-item:has(.action-label[aria-label^=${quote(label)}])`).first();
    await target.waitFor();
    // A row that is drawn anew under the pointer loses the click.
    await until(`a menu with "${label}"`, async () => {
      if ((await this.page.locator('.monaco-menu').count()) > 0 && !(await item.isVisible())) {
        await this.page.keyboard.press('Escape');
      }
      if (!(await item.isVisible())) {
        await target.click({ button: 'right', timeout: 5000 });
      }
      await item.waitFor({ timeout: 5000 });
      return true;
    });
    await until(`the menu to take "${label}"`, async () => {
      await sleep(200);
      if (await item.isVisible()) {
        await item.click({ timeout: 2000 });
      }
      await item.waitFor({ state: 'hidden', timeout: 1000 });
      return true;
    });
  }
  /** Text of a notification that contains `text`. Under the smoke-test driver there are no toasts, so look in the centre. */
  async notification(text, ms = patienceMs) {
    const message = this.page.locator('.notification-list-item-message', { hasText: text }).first();
    const bell = this.page.locator('#status\\.notifications');
    await until(
      `a notification with "${text}"`,
      async () => {
        if (await message.isVisible()) {
          return true;
        }
        if (this.server.development && !(await this.page.locator('.notifications-center.visible').count())) {
          await bell.click();
        }
        return false;
      },
      ms,
    );
    return message.innerText();
  }
  async clearNotifications() {
    await this.command('Notifications: Clear All Notifications');
  }

  // --- editors -----------------------------------------------------------------------------------

  get editor() {
    return this.page.locator('.editor-group-container.active .monaco-editor').first();
  }
  /** The lines of the active editor that are on screen, top to bottom. */
  async visibleText() {
    const lines = await this.editor.locator('.view-line').evaluateAll((all) =>
      all
        .map((e) => [e.getBoundingClientRect().top, e.textContent.replaceAll('\u00a0', ' ')])
        .sort((a, b) => a[0] - b[0])
        .map((pair) => pair[1]),
    );
    return lines.join('\n');
  }
  /** Puts the keyboard in the active editor without moving its cursor. */
  async focusEditor() {
    await this.editor.locator('.native-edit-context, textarea.inputarea').first().focus();
  }
  /** Waits for a code lens. VS Code asks for lenses only while the editor has the focus, so it is given back first. */
  async codeLens(text) {
    const lens = this.page.locator('.codelens-decoration a', { hasText: text }).first();
    await until(`the lens ${text}`, async () => {
      if (!(await lens.isVisible())) {
        await this.focusEditor();
      }
      await lens.waitFor({ timeout: 5000 });
      return true;
    });
    return lens;
  }
  /** Rows of the Problems panel, e.g. "Warning: leftover marker, source: …". */
  async problems() {
    if ((await this.page.locator('.markers-panel').count()) === 0) {
      await this.command('Problems: Focus on Problems View');
    }
    await this.page.locator('.markers-panel').waitFor();
    return this.page.locator('.markers-panel [role=treeitem]').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')));
  }

  /**
   * A FrameLocator on the document that the extension wrote, in the webview in which `selector` is found.
   * Nested: iframe.webview (VS Code's own page) > iframe#active-frame (the extension's page).
   */
  async webview(selector = 'body', ms = patienceMs) {
    return until(
      `a webview with ${selector}`,
      async () => {
        const outer = this.page.locator('iframe.webview.ready');
        for (let i = 0; i < (await outer.count()); i++) {
          const frame = outer.nth(i).contentFrame().locator('iframe#active-frame').contentFrame();
          if ((await frame.locator(selector).count()) > 0) {
            return frame;
          }
        }
        return null;
      },
      ms,
    );
  }
}

class Debug {
  constructor(bench) {
    this.bench = bench;
    this.page = bench.page;
    this.toolbar = this.page.locator('.debug-toolbar');
  }
  /** Starts a launch.json configuration by name, with the Run and Debug view open. */
  async start(name, ms = patienceMs) {
    await this.bench.activity('Run and Debug');
    await this.bench.pane('Variables').waitFor();
    await this.bench.quickOpen(`debug ${name}`, name, ms);
    await this.toolbar.waitFor({ timeout: ms });
  }
  /** `name`: Continue, Step Over, Step Into, Step Out, Step Back, Reverse, Restart, Stop, Pause. */
  button(name) {
    return this.toolbar
      .locator(`a.action-label[aria-label=${quote(name)}], a.action-label[aria-label^=${quote(`${name} (`)}]`)
      .first();
  }
  async buttons() {
    return this.toolbar
      .locator('a.action-label')
      .evaluateAll((all) => all.map((e) => e.getAttribute('aria-label').replace(/ \([\s\S]*$/, '')));
  }
  async press(name) {
    const button = this.button(name);
    await until(
      `the debug button ${name}`,
      async () => !/\bdisabled\b/.test(await button.getAttribute('class', { timeout: 2000 })),
    );
    await button.click();
  }
  async stop() {
    await this.press('Stop');
    await this.toolbar.waitFor({ state: 'hidden' });
  }
  /** Line with the yellow highlight: { line, color, file }, or null while running. */
  async current() {
    return this.page.evaluate(() => {
      const mark = [...document.querySelectorAll('.monaco-editor .debug-top-stack-frame-line')].find(
        (e) => e.getClientRects().length > 0,
      );
      const editor = mark?.closest('.monaco-editor');
      if (!editor) {
        return null;
      }
      const top = Math.round(mark.getBoundingClientRect().top);
      const number = [...editor.querySelectorAll('.line-numbers')].find((e) => Math.round(e.getBoundingClientRect().top) === top);
      return number
        ? { line: Number(number.textContent), color: getComputedStyle(mark).backgroundColor, file: editor.dataset.uri }
        : null;
    });
  }
  async untilLine(line, ms = patienceMs) {
    return until(
      `the debugger to stand on line ${line}`,
      async () => {
        const now = await this.current();
        return now?.line === line ? now : null;
      },
      ms,
    );
  }
  /** What the Variables view shows of its first scope (or the one named): { name: value }. */
  async variables(scope) {
    const pane = this.bench.pane('Variables');
    const head = pane.locator(`[role=treeitem][aria-label^=${quote(`Scope ${scope ?? ''}`)}]`).first();
    await this.bench.expand(head);
    const rows = await pane.locator('[role=treeitem]').evaluateAll((all) =>
      all
        .map((e) => ({
          top: e.getBoundingClientRect().top,
          level: Number(e.getAttribute('aria-level')),
          label: e.getAttribute('aria-label'),
        }))
        .sort((a, b) => a.top - b.top),
    );
    const start = rows.findIndex((r) => r.level === 1 && r.label.startsWith(`Scope ${scope ?? ''}`));
    const found = {};
    for (const row of rows.slice(start + 1)) {
      if (row.level === 1) {
        break;
      }
      const match = row.level === 2 && /^([\s\S]*?), value ([\s\S]*)$/.exec(row.label);
      if (match) {
        found[match[1]] = match[2];
      }
    }
    return found;
  }
  /** Waits until one variable shows `value`. */
  async untilVariable(name, value, ms = patienceMs) {
    return until(`variable ${name} to be ${value}`, async () => (await this.variables())[name] === value, ms);
  }
  async frames() {
    return this.bench
      .pane('Call Stack')
      .locator('.stack-frame')
      .evaluateAll((all) =>
        all.map((e) => ({
          name: e.querySelector('.expression .label, .label')?.textContent,
          file: e.querySelector('.file-name')?.textContent,
          at: e.querySelector('.line-number')?.textContent,
        })),
      );
  }
  /** Whether a line of the active editor has a breakpoint: 'none', 'set' (a running debugger has taken it) or 'unverified'. */
  async breakpoint(line) {
    return this.bench.editor.evaluate((editor, wanted) => {
      const top = (element) => Math.round(element.getBoundingClientRect().top);
      const number = [...editor.querySelectorAll('.line-numbers')].find((each) => each.textContent === String(wanted));
      if (number === undefined) return 'not on screen';
      const marks = [...editor.querySelectorAll('.glyph-margin-widgets [class*=codicon-debug-breakpoint]')];
      const mark = marks.find((each) => top(each) === top(number));
      if (mark === undefined) return 'none';
      return /unverified|disabled/.test(mark.className) ? 'unverified' : 'set';
    }, line);
  }
  /** Sets or clears a breakpoint on a line of the active editor, and waits until a running debugger has taken that. */
  async toggleBreakpoint(line) {
    await this.bench.gotoLine(line);
    const wanted = (await this.breakpoint(line)) === 'none' ? 'set' : 'none';
    let pressedAt = 0;
    await until(`the breakpoint of line ${line} to be ${wanted}`, async () => {
      if ((await this.breakpoint(line)) === wanted) return true;
      // The keyboard may still be elsewhere at first.
      if (Date.now() - pressedAt > 5000) {
        pressedAt = Date.now();
        await this.bench.focusEditor();
        await this.page.keyboard.press('F9');
      }
      return false;
    });
  }
  async console() {
    return this.page.locator('.repl .monaco-list-row').allInnerTexts();
  }
}
