import assert from 'node:assert/strict';
import { eventually } from '../../support/vscode/workbench.mjs';
import { asked, hubCalls, openPanel, screenshot, useGallery } from './gallery-page.mjs';

describe('the entity panel', function () {
  this.timeout(60_000);
  useGallery();

  it('shows state, lock, queue and operations with what they changed', async () => {
    const page = await openPanel('entity');
    assert.match(await page.locator('.entity-state').innerText(), /"balance": 880/);
    assert.match(await page.locator('.entity-lock').innerText(), /Held by\s+Audit\s+audit-7/);
    assert.deepEqual(
      (await page.locator('.entity-queue li').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim()),
      ['A lock for transfer-9', 'deposit 20 signal of a client'],
    );
    const batches = page.locator('.batch');
    assert.match(await batches.nth(0).innerText(), /close[\s\S]*failed:[\s\S]*The state stayed as it was/);
    assert.equal(
      await batches
        .nth(1)
        .locator('.diff-removed')
        .innerText()
        .then((text) => /1000/.test(text)),
      true,
    );
    assert.match(await batches.nth(1).locator('.diff-added').innerText(), /880/);
    assert.match(await batches.nth(1).innerText(), /5 operations in one batch/);
    await screenshot('entity');
  });

  it('opens who holds it and who waits', async () => {
    const page = await openPanel('entity');
    await page.locator('.entity-lock .instance-link').click();
    await page.locator('.entity-queue .link').first().click();
    await page.waitForFunction(() => globalThis.gallery.asked.length >= 2);
    assert.match(JSON.stringify(await asked()), /audit-7.*transfer-9/);
  });

  it('sends a signal, and not one whose input is no JSON', async () => {
    const page = await openPanel('entity');
    await page.locator('[data-action=signal]').click();
    await page.locator('.raise-name input').fill('deposit');
    await page.locator('.raise-event textarea').fill('{');
    await page.locator('[data-action=send][disabled]').waitFor();
    await page.locator('.raise-event textarea').fill('5');
    await page.locator('[data-action=send]').click();
    await page.locator('.banner', { hasText: 'Sent deposit' }).waitFor();
    await eventually(async () => assert.deepEqual(await hubCalls(), ['signalEntity @account@savings deposit 5']));
  });

  it('names an orphaned lock, and releases it when asked', async () => {
    const page = await openPanel('entityOrphaned');
    assert.match(await page.locator('.lock-orphan').innerText(), /Orphaned: that instance is Terminated/);
    await page.locator('[data-action=release]').click();
    await page.locator('.banner', { hasText: 'orphaned locks' }).waitFor();
    await eventually(async () => assert.deepEqual(await hubCalls(), ['cleanEntityStorage']));
  });

  it('an instance says whose locks it waits for, and what never ends', async () => {
    const page = await openPanel('locks');
    const text = await page.locator('.waiting').innerText();
    assert.match(text, /Lock on @account@checking, @account@savings held by audit-7/);
    assert.match(text, /Orphaned lock: audit-6 has ended/);
    assert.match(text, /Deadlock: transfer-9 → @account@bonds → parent-2 → transfer-9/);
    assert.match(text, /Has locked @account@bonds/);
    await screenshot('locks');
  });
});
