import assert from 'node:assert/strict';
import { openPanel, useGallery } from './gallery-page.mjs';

/** Runs in the page: everything that a mouse can press or fill in, and that the keyboard should reach, as texts that tell them apart. */
function pressable() {
  const found = [];
  const visit = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot !== null) visit(element.shadowRoot);
      const isPressable =
        element.matches('button, a[href], input, textarea, select, [role=tab], [role=menuitem], [role=checkbox]') ||
        element.tagName === 'VSCODE-BUTTON';
      if (!isPressable || element.getClientRects().length === 0 || element.closest('[disabled]') !== null) continue;
      // Inside of an element that takes the focus for it, or of a group that the arrows move in.
      const host = element.getRootNode().host;
      if (host !== undefined && host.tagName === 'VSCODE-BUTTON') continue;
      const group = element.closest(
        '[role=tablist], [role=grid], [role=radiogroup], [role=toolbar][data-roving], .functions-scroll [role=group]',
      );
      found.push({ group: group?.getAttribute('role') ?? null, element });
    }
  };
  visit(document);
  globalThis.pressables = found.map(({ element }) => element);
  return found.map(({ group, element }) => ({
    group,
    name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
    tag: element.tagName,
  }));
}

/** Runs in the page: which of them holds the focus, or -1. */
function focusedAt() {
  let active = document.activeElement;
  const chain = [active];
  while (active?.shadowRoot?.activeElement != null) chain.push((active = active.shadowRoot.activeElement));
  return globalThis.pressables.findIndex((element) => chain.includes(element));
}

async function reached(page) {
  const all = await page.evaluate(pressable);
  await page.evaluate(() => document.activeElement?.blur());
  const seen = new Set();
  for (let presses = 0; presses < 3 * all.length + 20; presses++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(focusedAt);
    if (at >= 0) seen.add(at);
  }
  const groups = new Set([...seen].map((at) => all[at].group).filter((group) => group !== null));
  return all
    .filter((each, at) => !seen.has(at) && !(each.group !== null && (groups.has(each.group) || each.group === 'grid')))
    .map(({ tag, name }) => `${tag} ${name}`);
}

describe('the keyboard', function () {
  this.timeout(300_000);
  useGallery();

  for (const [state, tab] of [
    ['running', 'overview'],
    ['running', 'history'],
    ['running', 'timeline'],
    ['failed', 'overview'],
    ['logged', 'log'],
    ['fanOut', 'timeline'],
    ['functions', ''],
    ['attached', ''],
    ['some', ''],
    ['none', ''],
  ]) {
    it(`reaches everything that can be pressed: ${state} ${tab}`.trimEnd(), async () => {
      const page = await openPanel(state, 'dark', tab === '' ? {} : { tab });
      assert.deepEqual(await reached(page), []);
    });
  }

  it('keeps its place in a dialog and goes back to the button that opened it', async () => {
    const page = await openPanel('running');
    await page.locator('[data-action=terminate]').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    for (let presses = 0; presses < 8; presses++) {
      await page.keyboard.press('Tab');
      assert.equal(
        await page.evaluate(() => document.activeElement?.closest('dialog') !== null || document.activeElement === document.body),
        true,
      );
    }
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-action') === 'terminate');
  });

  it('sees where it is: whatever has the focus has an outline', async () => {
    const page = await openPanel('running');
    await page.evaluate(pressable);
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab');
      const outlined = await page.evaluate(() => {
        let active = document.activeElement;
        const styles = [];
        while (active !== null && active !== undefined) {
          const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(active);
          styles.push((outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none' || borderColor === 'never');
          active = active.shadowRoot?.activeElement;
        }
        return styles.length === 0 || document.activeElement === document.body || styles.some(Boolean);
      });
      assert.ok(outlined, await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200)));
    }
  });
});
