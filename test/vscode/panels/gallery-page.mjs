// One browser with the gallery's pages, for all suites of this folder that run in one go.
import { chromium } from 'playwright-core';
import { findChromium } from '../../support/vscode/places.mjs';
import { screenshotOf } from '../../support/vscode/screenshots.mjs';
import { chromiumArgs } from '../../support/vscode/workbench.mjs';
import { startGallery } from '../../webview/gallery/gallery.mjs';

let gallery;
let browser;
let page;
const problems = [];

// Of the whole run, not of a suite.
after(async () => {
  await browser?.close();
  await gallery?.close();
});

/** Opens a page for the suite that calls it, and closes it after; the first one opens the browser. */
export function useGallery() {
  before(async () => {
    gallery ??= await startGallery();
    browser ??= await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
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
  after(() => page?.context().close());
}

/** A fresh panel in this state, all drawn. `remember`: what the editor kept from before. */
export async function openPanel(state, theme = 'dark', remember = {}) {
  await page.goto(gallery.url(state, theme, JSON.stringify(remember)));
  await drawn();
  return page;
}

/** Gives the panel on screen another theme, as the editor does while a panel is open. */
export async function showTheme(theme) {
  await page.evaluate(async ({ className, css }) => {
    const old = document.querySelector('link[href*="theme.css"]');
    const fresh = old.cloneNode();
    fresh.href = css;
    const loaded = new Promise((resolve, reject) => {
      fresh.addEventListener('load', resolve);
      fresh.addEventListener('error', () => reject(new Error(css)));
    });
    old.after(fresh);
    await loaded;
    old.remove();
    document.body.className = className;
    document.body.dataset.vscodeThemeKind = className.split(' ').at(-1);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, gallery.theme(theme));
}

/** Waits until the panel was told what there is, and has drawn it: news are drawn with the next frame. */
export async function drawn() {
  await page.waitForFunction(() => globalThis.gallery?.isShown() === true && document.querySelector('.panel') !== null);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.waitForFunction(() => document.querySelector('vscode-progress-ring') === null);
}

export const screenshot = (name) => screenshotOf(page, 'panels', name);

/** What the panel asked of the editor, and of the hub. */
export const asked = () => page.evaluate(() => globalThis.gallery.asked);
export const hubCalls = () => page.evaluate(() => globalThis.gallery.hub.calls);
