import assert from 'node:assert/strict';
import { eventually } from '../../support/vscode/workbench.mjs';
import { asked, openPanel, screenshot, useGallery } from './gallery-page.mjs';

describe('the functions panel', function () {
  this.timeout(60_000);
  useGallery();

  const node = (page, id) => page.locator(`[data-function="${id}"]`);

  it('draws who calls what, with counts and failures of the hub; events and signals are dashed', async () => {
    const page = await openPanel('functions');
    assert.match(await node(page, 'orchestrator:checkout').innerText(), /3 runs · 1 running · 1 failed/);
    assert.match(await node(page, 'activity:charge').innerText(), /2 calls · 2 failed/);
    assert.match(await node(page, 'event:approval').innerText(), /1 received/);
    assert.match(await node(page, 'activity:refnd').textContent(), /not among the functions of the app/);
    const dashed = (kind) => page.locator(`.edge-${kind} path[stroke-dasharray]`).count();
    assert.deepEqual([await dashed('signal'), await dashed('awaits'), await dashed('raises')], [1, 1, 1]);
    assert.equal(await dashed('call'), 0);
    // Calls lead to the right.
    const left = async (id) => (await node(page, id).boundingBox()).x;
    assert.ok((await left('http:begincheckout')) < (await left('orchestrator:checkout')));
    assert.ok((await left('orchestrator:checkout')) < (await left('orchestrator:payment')));
    await screenshot('functions');
  });

  it('leads to the code, the line of a call, the instances, and starts one', async () => {
    const page = await openPanel('functions');
    await node(page, 'orchestrator:checkout').click();
    const detail = page.locator('.function-detail');
    assert.match(await detail.innerText(), /calls\s+CheckStock 2×/);
    await detail.locator('[data-action=code]').click();
    await detail.getByRole('button', { name: 'line 8' }).first().click();
    await detail.locator('[data-action=start]').click();
    await detail.locator('[data-action=instances]').click();
    await node(page, 'activity:charge').dblclick();
    await eventually(async () =>
      assert.deepEqual(await asked(), [
        'openSource /apps/shop/src/functions/checkout.ts:4',
        'openSource /apps/shop/src/functions/checkout.ts:8',
        'startInstance Checkout',
        'showInstances Checkout',
        'openSource /apps/shop/src/functions/charge.ts:4',
      ]),
    );
    await screenshot('functions-detail');
  });

  it('is moved in by the keys, and searched', async () => {
    const page = await openPanel('functions');
    await node(page, 'orchestrator:checkout').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const chosen = page.locator('.function-node[aria-pressed=true]');
    assert.ok((await chosen.boundingBox()).x > (await node(page, 'orchestrator:checkout').boundingBox()).x);
    await page.keyboard.press('Enter');
    await eventually(async () => assert.match((await asked()).join(), /^openSource /));
    await page.keyboard.press('Escape');
    await chosen.waitFor({ state: 'detached' });
    await page.locator('.filter input').fill('charge');
    await node(page, 'orchestrator:checkout').waitFor({ state: 'detached' });
    assert.deepEqual(await page.locator('.function-node').evaluateAll((all) => all.map((each) => each.dataset.function).sort()), [
      'activity:charge',
      'orchestrator:settle',
    ]);
    await page.locator('.filter input').fill('nothing has this');
    await page.getByRole('button', { name: 'Show all' }).click();
    await node(page, 'orchestrator:checkout').waitFor();
  });

  it('says the same in words', async () => {
    const page = await openPanel('functions');
    await page.getByRole('radio', { name: 'List' }).click();
    const line = page.locator('.function-line', { hasText: 'BeginCheckout' });
    assert.match(await line.innerText(), /POST \/begincheckout[\s\S]*starts Checkout/);
    assert.match(await page.locator('.function-line', { hasText: /^\s*Settle/ }).innerText(), /calls Charge, Account/);
    assert.match((await asked()).join(), /prefer functionsView "list"/);
  });

  it('follows the hub', async () => {
    const page = await openPanel('functions');
    await page.evaluate(() =>
      globalThis.gallery.hub.change('checkout-8', { runtimeStatus: 'Failed', completedTime: globalThis.gallery.now() }),
    );
    await eventually(async () => assert.match(await node(page, 'orchestrator:checkout').innerText(), /3 runs · 2 failed/));
  });

  it('shows the code without an emulator, and says what to do where there is nothing', async () => {
    let page = await openPanel('functionsStopped');
    assert.match(await page.locator('.banner').innerText(), /The emulator is stopped/);
    await node(page, 'orchestrator:checkout').waitFor();
    page = await openPanel('functionsNone');
    assert.match(await page.locator('.empty-state').innerText(), /No functions found/);
    await screenshot('functions-none');
  });

  it('is saved as a picture', async () => {
    const page = await openPanel('functions');
    await page.getByRole('button', { name: 'Save the graph as a picture' }).click();
    await page.getByRole('menuitem', { name: 'Save as SVG' }).click();
    await eventually(async () => {
      const svg = (await asked()).find((each) => each.startsWith('saveText functions-shop.svg')) ?? '';
      assert.match(svg, /Functions of shop[\s\S]*stroke-dasharray[\s\S]*Checkout/);
    });
    await page.getByRole('button', { name: 'Save the graph as a picture' }).click();
    await page.getByRole('menuitem', { name: 'Save as PNG' }).click();
    await eventually(async () => assert.match((await asked()).join('\n'), /saveText functions-shop\.png\niVBOR/));
  });

  it('keeps 200 functions apart, readable, and quick', async () => {
    const page = await openPanel('functions200');
    const boxes = await page
      .locator('.function-node')
      .evaluateAll((all) =>
        all.map((each) => ({ x: each.offsetLeft, y: each.offsetTop, w: each.offsetWidth, h: each.offsetHeight })),
      );
    assert.equal(boxes.length, 200);
    for (const [index, a] of boxes.entries())
      for (const b of boxes.slice(index + 1))
        assert.ok(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y, 'two functions overlap');
    const scale = await page
      .locator('.function-node')
      .first()
      .evaluate((each) => each.getBoundingClientRect().width / each.offsetWidth);
    assert.ok(scale >= 0.65, `drawn at ${scale}`);
    await screenshot('functions-200');
  });
});
