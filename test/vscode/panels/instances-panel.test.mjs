import assert from 'node:assert/strict';
import { eventually } from '../../support/vscode/workbench.mjs';
import { asked, hubCalls, openPanel, screenshot, useGallery } from './gallery-page.mjs';

/** Texts of a column, top to bottom. */
const cells = (page, column) =>
  page
    .locator('.grid-row:not(.missing)')
    .evaluateAll(
      (rows, id) =>
        rows
          .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
          .map((row) => row.querySelector(`.cell-${id}`).textContent.trim()),
      column,
    );

/** Waits until every row says `text` in this column, and there is one. */
const allAre = (page, column, text) => eventually(async () => assert.deepEqual([...new Set(await cells(page, column))], [text]));

describe('the instances panel', function () {
  this.timeout(60_000);
  useGallery();

  it('counts by status, and filters by a click on a count', async () => {
    const page = await openPanel('some');
    const chip = page.locator('[data-status=Failed]');
    const count = Number(/\d+/.exec(await chip.innerText())[0]);
    await chip.click();
    await page.locator('.row-count', { hasText: `${count} instance` }).waitFor();
    await eventually(async () => assert.deepEqual(await cells(page, 'status'), Array(count).fill('Failed')));
    await page.locator('.chip', { hasText: 'All' }).click();
    await page.locator('.row-count', { hasText: '60 instances' }).waitFor();
  });

  it('sorts by a click on a head, and again the other way round', async () => {
    const page = await openPanel('some');
    await page.getByRole('button', { name: 'Name' }).click();
    await page.locator('[aria-sort=ascending]', { hasText: 'Name' }).waitFor();
    const first = (name) => page.locator('[aria-rowindex="2"] .cell-name', { hasText: name }).waitFor();
    await first('CityRecommender');
    await eventually(async () => {
      const up = await cells(page, 'name');
      assert.deepEqual(up, [...up].sort());
    });
    await page.getByRole('button', { name: 'Name' }).click();
    await first('ReserveTicket');
  });

  it('sorts by every column', async () => {
    const page = await openPanel('some');
    const heads = page.locator('.grid-header [role=columnheader]:has(button)').filter({ hasText: /\w/ });
    assert.deepEqual(
      (await heads.allInnerTexts()).map((text) => text.trim()),
      ['Status', 'Name', 'Instance id', 'Custom status', 'Created', 'Updated', 'Duration', 'Events'],
    );
    for (const head of await heads.all()) {
      await head.locator('button').click();
      await eventually(async () => assert.match((await head.getAttribute('aria-sort')) ?? '', /ascending|descending/));
      await page.locator('.grid-row:not(.missing)').first().waitFor();
    }
  });

  it('says why a failed one failed, and keeps the ends of ids that differ there alone', async () => {
    const page = await openPanel('some');
    await page.locator('[data-status=Failed]').click();
    await allAre(page, 'status', 'Failed');
    const why = await cells(page, 'customStatus');
    assert.ok(why.length > 0 && why.every((text) => text.length > 0), why.join());
    assert.equal(await page.locator('.row-failure').count(), why.length);
    // Two children of one parent, in a column that is too narrow for their ids.
    await page.locator('.chip', { hasText: 'All' }).click();
    const parent = `order-${'0123456789'.repeat(6)}`;
    await page.evaluate((prefix) => {
      const { hub } = globalThis.gallery;
      const [like] = hub.instances.values();
      for (const tail of [':1', ':2']) {
        const instanceId = `${prefix}${tail}`;
        hub.add({ ...like, row: { ...like.row, instanceId, createdTime: globalThis.gallery.now() } });
        hub.change(instanceId, { runtimeStatus: 'Running' });
      }
    }, parent);
    await page.setViewportSize({ width: 700, height: 700 });
    for (const tail of [':1', ':2']) {
      const id = page.locator(`[data-instance-id="${parent}${tail}"] code`);
      await id.waitFor();
      const { x, width } = await id.locator('.id-tail').boundingBox();
      const cell = await page.locator(`[data-instance-id="${parent}${tail}"] .cell-instanceId`).boundingBox();
      assert.equal(await id.locator('.id-tail').innerText(), tail);
      assert.ok(width > 0 && x + width <= cell.x + cell.width + 1, JSON.stringify({ x, width, cell }));
      assert.ok(await id.locator('.id-head').evaluate((each) => each.scrollWidth > each.clientWidth), 'the head is what is cut');
    }
    await screenshot('instances-ids-of-children');
    await page.setViewportSize({ width: 1200, height: 800 });
  });

  it('filters by text and by orchestrator, and remembers it', async () => {
    const page = await openPanel('some');
    await page.getByRole('button', { name: 'All orchestrators' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Monitor' }).click();
    await page.keyboard.press('Escape');
    await allAre(page, 'name', 'Monitor');
    const [id] = await cells(page, 'instanceId');
    await page.locator('vscode-textfield.filter input').fill(id.slice(0, 8));
    await page.locator('.row-count', { hasText: /^1 instance$/ }).waitFor();
    await page.reload();
    await page.locator('.row-count', { hasText: /^1 instance$/ }).waitFor();
    await page.locator('vscode-textfield.filter input').fill('no such id');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.locator('.row-count', { hasText: '60 instances' }).waitFor();
  });

  it('sorts by what has no column in the hub, and keeps filters for later', async () => {
    const page = await openPanel('some');
    await page.locator('.head-duration button').click();
    await page.locator('.head-duration[aria-sort=descending]').waitFor();
    await page.locator('.head-events button').click();
    await page.locator('.head-events[aria-sort=descending]').waitFor();
    await page.locator('.chip[data-status=Failed]').click();
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await page.getByRole('menuitem', { name: 'Save this filter' }).click();
    await eventually(async () =>
      assert.ok((await asked()).includes('prefer savedFilters [{"title":"Failed","filter":{"statuses":["Failed"]}}]')),
    );
    await page.locator('.chip', { hasText: 'All' }).click();
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await screenshot('instances-saved-filters');
    await page.getByRole('menuitem', { name: 'Failed' }).click();
    await page.locator('.chip[data-status=Failed][aria-pressed=true]').waitFor();
  });

  it('shows two picked instances side by side', async () => {
    const page = await openPanel('some');
    await page.locator('.grid-row[data-position="0"] .pick').click();
    assert.equal(await page.getByRole('button', { name: 'Compare' }).count(), 0);
    await page.locator('.grid-row[data-position="1"] .pick').click();
    await page.getByRole('button', { name: 'Compare' }).click();
    const ids = await cells(page, 'instanceId');
    await eventually(async () => assert.ok((await asked()).includes(`compare ${ids[0]} ${ids[1]}`)));
  });

  it('cuts the list to a range dragged over the chart, also by the keyboard', async () => {
    const page = await openPanel('some');
    const chart = await page.locator('.histogram svg').boundingBox();
    await page.mouse.move(chart.x + 100, chart.y + 20);
    await page.mouse.down();
    await page.mouse.move(chart.x + 400, chart.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.locator('.range-chip').waitFor();
    await page.locator('.row-count', { hasText: /^(?!60 )/ }).waitFor();
    await screenshot('histogram-range');
    await page.locator('.histogram-frame').focus();
    await page.keyboard.press('Escape');
    await page.locator('.row-count', { hasText: '60 instances' }).waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.locator('.range-chip').waitFor();
  });

  it('acts on several picked rows at once, with a reason', async () => {
    const page = await openPanel('some');
    await page.locator('[data-status=Running]').click();
    await allAre(page, 'status', 'Running');
    const ids = (await cells(page, 'instanceId')).slice(0, 2);
    await page.locator('.instances-grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+Space');
    await page.locator('.bulk-count', { hasText: '2 instances selected' }).waitFor();
    await page.locator('.bulk-bar').getByRole('button', { name: 'Terminate' }).click();
    await page.locator('dialog .ask-reason input').fill('test over');
    await page.keyboard.press('Enter');
    await page.locator('.banner-info', { hasText: 'Terminated 2 instances' }).waitFor();
    await eventually(async () =>
      assert.deepEqual((await hubCalls()).sort(), ids.map((id) => `terminate ${id} test over`).sort()),
    );
    await page.locator('.bulk-bar').waitFor({ state: 'hidden' });
  });

  it('acts on everything the filter lets through', async () => {
    const page = await openPanel('some');
    await page.locator('[data-status=Failed]').click();
    await allAre(page, 'status', 'Failed');
    const ids = await cells(page, 'instanceId');
    await page.getByRole('checkbox', { name: 'Select all' }).click();
    await page.locator('.bulk-bar').getByRole('button', { name: 'Purge' }).click();
    await page.locator('.banner-info', { hasText: `Purged ${ids.length} instances` }).waitFor();
    await eventually(async () => assert.deepEqual((await hubCalls()).sort(), ids.map((id) => `purge ${id}`).sort()));
  });

  it('follows what happens: states, new instances and purged ones', async () => {
    const page = await openPanel('some');
    const [running] = await page
      .locator('.grid-row:has(.status-Running)')
      .evaluateAll((rows) => rows.map((row) => row.dataset.instanceId));
    await page.evaluate((id) => globalThis.gallery.hub.change(id, { runtimeStatus: 'Completed' }), running);
    await page.locator(`[data-instance-id="${running}"] .status-Completed`).waitFor();
    await page.evaluate((id) => {
      const { hub } = globalThis.gallery;
      const like = hub.instances.get(id);
      hub.add({ ...like, row: { ...like.row, instanceId: 'brand-new', createdTime: globalThis.gallery.now() } });
      hub.change('brand-new', { runtimeStatus: 'Running' });
    }, running);
    await page.locator('[data-instance-id="brand-new"][aria-rowindex="2"]').waitFor();
    await page.evaluate(() => void globalThis.gallery.hub.purge('brand-new'));
    await page.locator('[data-instance-id="brand-new"]').waitFor({ state: 'detached' });
    await page.locator('.row-count', { hasText: '60 instances' }).waitFor();
  });

  it('opens an instance by a click on its id, in the tab that clicks share, and by a double click or Enter in its own', async () => {
    const page = await openPanel('some');
    const [first, second] = await cells(page, 'instanceId');
    await page.locator('[aria-rowindex="2"] .cell-instanceId code').click();
    const clicked = `openInstance ${first} as preview`;
    await eventually(async () => assert.deepEqual(await asked(), [clicked]));
    await page.locator('.instances-grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(async () => assert.deepEqual(await asked(), [clicked, `openInstance ${second}`]));
    await page.locator('[aria-rowindex="2"] .cell-name').dblclick();
    await eventually(async () => assert.deepEqual((await asked()).slice(2), [`openInstance ${first}`]));
  });

  it('says what to do when there are no instances', async () => {
    const page = await openPanel('none');
    await page.getByRole('button', { name: 'Start one' }).click();
    await eventually(async () => assert.deepEqual(await asked(), ['startInstance']));
  });

  it('scrolls to the end of 100,000 instances', async () => {
    const page = await openPanel('many');
    await page.locator('.row-count', { hasText: '100,000 instances' }).waitFor();
    await page.locator('.instances-grid').focus();
    await page.keyboard.press('End');
    await page.locator('.grid-row:not(.missing)[aria-rowindex="100001"]').waitFor();
    assert.ok((await page.locator('.grid-row').count()) < 120);
  });

  it('of a hub of a real engine loads what is scrolled to, says its order, and counts when asked', async () => {
    const page = await openPanel('attached');
    await page.locator('.row-count', { hasText: 'The first 200 instances' }).waitFor();
    await page.getByText('In the order of ids: these are too many for another order').waitFor();
    await page.locator('[data-read-only]').waitFor();
    assert.equal(await page.locator('.pick-all, .head-events, [aria-label="Chart of the creation times"]').count(), 0);
    await screenshot('instances-attached-dark');
    await page.locator('.instances-grid').focus();
    await page.keyboard.press('End');
    await page.locator('.row-count', { hasText: 'The first 700 instances' }).waitFor();
    assert.equal((await hubCalls()).filter((call) => call.startsWith('query')).length, 2);
    const count = page.locator('[title^="Count the instances"]');
    const all = page.locator('.chip').first();
    await count.click();
    await page.locator('[title="Stop counting"]').click();
    await page.getByText('Counted in part. Count again').waitFor();
    assert.match(await all.innerText(), /All\s*1,000\+/);
    await count.click();
    await eventually(async () => {
      await page.evaluate(() => globalThis.gallery.hub.countOn());
      assert.match(await all.innerText(), /All\s*3,000$/);
    });
    await page.locator('[data-status=Failed]').click();
    await page.getByText('In the order of ids').waitFor({ state: 'detached' });
    await eventually(async () => assert.deepEqual([...new Set(await cells(page, 'status'))], ['Failed']));
    await page.getByRole('button', { name: 'Any time' }).click();
    await page.getByRole('menuitem', { name: 'Created in the last hour' }).click();
    await page.getByText(/^From 20/).waitFor();
  });

  it('of a hub of a real engine is legible in a light theme', async () => {
    const page = await openPanel('attached', 'light');
    await page.locator('.row-count', { hasText: 'The first 200 instances' }).waitFor();
    await screenshot('instances-attached-light');
  });
});
