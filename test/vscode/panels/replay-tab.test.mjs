import assert from 'node:assert/strict';
import { eventually } from '../../support/vscode/workbench.mjs';
import { asked, openPanel, screenshot, useGallery } from './gallery-page.mjs';

const isAt = (page, text) => page.locator('.replay-step', { hasText: text }).waitFor();
const calls = (page) => page.evaluate(() => globalThis.gallery.replay.calls);
const settled = (page) => page.locator('.replay-moment:not(.behind)').waitFor();
const slider = (page) => page.getByRole('slider', { name: 'Moment of the replay' });

describe('the replay tab', function () {
  this.timeout(60_000);
  useGallery();

  it('is moved by left, right, home and end, and shows each moment', async () => {
    const page = await openPanel('replay', 'dark', { tab: 'replay' });
    await slider(page).focus();
    await isAt(page, 'Step 4 of 4, completed');
    await page.keyboard.press('Home');
    await isAt(page, 'Step 1 of 4, waits on line 7');
    await page.keyboard.press('ArrowRight');
    await page.locator('.code-line.waits', { hasText: "'Seattle'" }).waitFor();
    await settled(page);
    await isAt(page, 'Step 2 of 4, waits on line 8');
    assert.equal(await slider(page).getAttribute('aria-valuetext'), 'Step 2 of 4, waits on line 8');
    assert.match(await page.locator('.replay-variables').first().innerText(), /outputs\s*Array\(1\)/);
    assert.match(await page.locator('.replay-pending').innerText(), /activity SayHello #1\s*new\s*attempt 2\s*row 7/);
    assert.match(await page.locator('.json').innerText(), /Tokyo/);
    assert.match(await page.locator('.replay-logs').first().innerText(), /^Greeted Tokyo, on to Seattle\s*hello\.js:11$/);
    assert.equal(await page.locator('.replay-earlier summary').innerText(), '1 logged before');
    await screenshot('replay-second-step-dark');
    await page.keyboard.press('ArrowLeft');
    await isAt(page, 'Step 1 of 4, waits on line 7');
    await page.keyboard.press('End');
    await page.locator('.replay-source').waitFor({ state: 'detached' });
  });

  it('a row that is chosen moves the replay to where it was consumed', async () => {
    const page = await openPanel('replay', 'dark', { tab: 'replay' });
    await page.getByRole('option', { name: /^6 TaskCompleted/ }).click();
    await isAt(page, 'Step 2 of 4, waits on line 8');
    await settled(page);
    await eventually(async () => {
      assert.ok((await calls(page)).includes('moment 1 reveal'));
      assert.equal(await page.locator('.replay-row.here').count(), 4);
    });
    await page.locator('.replay-rows').focus();
    await page.keyboard.press('ArrowDown');
    await isAt(page, 'Step 3 of 4, waits on line 9');
  });

  it('a yield line under the cursor in the editor filters the rows that belong to it', async () => {
    const page = await openPanel('replay', 'dark', { tab: 'replay' });
    await page.locator('.replay-row').first().waitFor();
    await page.evaluate(() =>
      globalThis.gallery.replay.line({ file: '/apps/hello-cities/src/functions/hello-cities.ts', line1: 8 }),
    );
    await page.getByText('2 rows belong to functions/hello-cities.ts:8').waitFor();
    await eventually(async () =>
      assert.deepEqual(await page.locator('.replay-row .replay-type').allInnerTexts(), ['TaskScheduled', 'TaskCompleted']),
    );
    await page.getByRole('button', { name: 'Show all rows' }).click();
    await eventually(async () => assert.equal(await page.locator('.replay-row').count(), 16));
  });

  it('keeps up with dragging over thousands of steps: what was passed is not asked for', async () => {
    const page = await openPanel('replay10000', 'dark', { tab: 'replay' });
    await slider(page).waitFor();
    await settled(page);
    const before = (await calls(page)).length;
    await slider(page).evaluate((input) => {
      for (let at = 0; at < 2000; at++) {
        input.value = String(at);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await page.locator('.replay-step', { hasText: 'Step 2000 of' }).waitFor();
    await settled(page);
    const after = (await calls(page)).slice(before);
    assert.ok(after.length < 20, `${after.length} moments were asked for`);
    assert.equal(after.at(-1), 'moment 1999');
    assert.ok((await page.locator('.replay-row').count()) < 100, 'only the rows on screen are in the document');
  });

  it('opens values, follows a debugger and starts one at the moment shown', async () => {
    const page = await openPanel('replay', 'dark', { tab: 'replay' });
    await page.locator('.replay-row').first().waitFor();
    await page.evaluate(() => globalThis.gallery.replay.at(2));
    await page.locator('.replay-step', { hasText: 'Step 3 of 4' }).waitFor();
    await settled(page);
    await page.getByRole('button', { name: 'outputs: open' }).click();
    await page.locator('.replay-variable', { hasText: '"Hello Tokyo!"' }).first().waitFor();
    await page.getByRole('button', { name: 'outputs: close' }).click();
    await page.getByRole('button', { name: 'Step through Replay' }).click();
    await page.getByRole('button', { name: 'Debug Replay' }).click();
    await page.locator('.replay-source figcaption button').click();
    await eventually(async () => {
      const made = await calls(page);
      assert.ok(made.includes('debug 2 steps') && made.includes('debug 2 code'), made.join());
      assert.deepEqual((await asked()).slice(-1), ['openSource /apps/hello-cities/src/functions/hello-cities.ts:9']);
    });
  });

  it('shows history and code side by side where they part, and why', async () => {
    const page = await openPanel('replayDiverges', 'light', { tab: 'replay' });
    const box = page.locator('.replay-divergence');
    await box.waitFor();
    const text = await box.innerText();
    for (const part of [
      'Recorded in row 14',
      'activity SayHello #2',
      'activity SayGoodbye #2',
      'Renamed call',
      'Let running instances end',
    ])
      assert.ok(text.includes(part), `${part} is not in\n${text}`);
    await page.getByText('The inputs of two activities are not in this history.').waitFor();
  });

  it('says why an instance cannot be replayed, and tries again', async () => {
    const page = await openPanel('replayRefused', 'dark', { tab: 'replay' });
    await page.getByText('The app has no orchestrator HelloCities').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(async () => assert.equal((await calls(page)).filter((call) => call === 'open').length, 2));
  });

  it('is not there where nothing can replay', async () => {
    const page = await openPanel('completed', 'dark', { tab: 'replay' });
    assert.equal(await page.locator('#tab-replay').count(), 0);
    assert.equal(await page.locator('#tab-overview').getAttribute('aria-selected'), 'true');
  });
});
