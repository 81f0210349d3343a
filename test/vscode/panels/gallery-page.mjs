// One browser with the gallery's pages, for all suites of this folder.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium, resultsDir } from '../../support/vscode/places.mjs';
import { chromiumArgs } from '../../support/vscode/workbench.mjs';
import { startGallery } from '../../webview/gallery/gallery.mjs';

let gallery;
let browser;
let page;
const problems = [];

/** Opens the browser for the suite that calls it, and closes it after. */
export function useGallery() {
  before(async function () {
    this.timeout(60_000);
    gallery = await startGallery();
    browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    page.on('pageerror', (error) => problems.push(String(error.stack)));
    page.on('console', (message) => {
      // The browser asks for an icon of the page, which it has none of.
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) problems.push(message.text());
    });
  });
  afterEach(() => {
    const found = problems.splice(0);
    if (found.length > 0) throw new Error(`The page complained:\n${found.join('\n')}`);
  });
  after(async () => {
    await browser?.close();
    await gallery?.close();
  });
}

/** A fresh panel in this state, all drawn. `remember`: what the editor kept from before. */
export async function openPanel(state, theme = 'dark', remember = {}) {
  // From a page without a panel, which would remember things itself.
  await page.goto(new URL('/theme.css?theme=dark', gallery.url(state, theme)).href);
  await page.evaluate(([name, value]) => sessionStorage.setItem(name, JSON.stringify(value)), [state, remember]);
  await page.goto(gallery.url(state, theme));
  await drawn();
  return page;
}

/** Waits until the panel was told what there is, and has drawn it: news are drawn with the next frame. */
export async function drawn() {
  await page.waitForFunction(() => globalThis.gallery?.isShown() === true && document.querySelector('.panel') !== null);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.waitForFunction(() => document.querySelector('vscode-progress-ring') === null);
}

export async function screenshot(name) {
  const dir = path.join(resultsDir, 'panels');
  fs.mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: path.join(dir, `${name}.png`) });
}

/** What the panel asked of the editor, and of the hub. */
export const asked = () => page.evaluate(() => globalThis.gallery.asked);
export const hubCalls = () => page.evaluate(() => globalThis.gallery.hub.calls);
