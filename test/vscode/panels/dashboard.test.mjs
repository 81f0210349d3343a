// The dashboard that `durascope start` serves, in a Chromium as a user's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { findChromium, repository } from '../../support/vscode/places.mjs';
import { keepScreenshot, screenshotOf } from '../../support/vscode/screenshots.mjs';
import { chromiumArgs } from '../../support/vscode/workbench.mjs';

const tour = path.join(repository, 'test', 'fixtures', 'apps', 'tour');

describe('the dashboard in a browser', function () {
  this.timeout(120_000);
  let root;
  let emulator;
  let browser;
  let page;
  /** Of the browser's console; refused requests say so there. */
  const complaints = [];

  before(async () => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-dashboard-'));
    emulator = await startEmulator(path.join(root, 'data'));
    browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
  });
  beforeEach(async () => {
    complaints.length = 0;
    await newPage({});
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await keepScreenshot(page, 'dashboard', `failed-${this.currentTest.title}`);
    await page.context().close();
  });
  after(async () => {
    await browser?.close();
    await emulator?.stop();
    fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });

  /** `durascope start`, and its first line. */
  async function startEmulator(data, port = 0) {
    const cli = path.join(repository, 'dist', 'cli.js');
    const args = [cli, 'start', tour, '--port', String(port), '--data', data, '--json'];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, DURASCOPE_HOME: path.join(root, 'home') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const ready = await new Promise((resolve, reject) => {
      void exit.then((code) => reject(new Error(`The emulator ended with ${code}.`)));
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    });
    // Nobody reads the rest: it must not fill the pipe.
    child.stdout.resume();
    return {
      ...ready,
      /** As the command line prints it for a person. */
      address: `${ready.url}/#code=${encodeURIComponent(ready.key)}`,
      stop: () => (child.kill('SIGTERM'), exit),
    };
  }

  async function newPage(options) {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
  }

  const screenshot = (name) => screenshotOf(page, 'dashboard', name);

  async function start(name, instanceId, input = '') {
    const url = `${emulator.managementUrl}/orchestrators/${name}/${instanceId}?code=${encodeURIComponent(emulator.key)}`;
    assert.equal((await fetch(url, { method: 'POST', body: input })).status, 202);
  }

  async function statusOf(instanceId) {
    return (await (await fetch(`${emulator.url}/durascope/instances/${instanceId}`)).json()).runtimeStatus;
  }

  const row = (instanceId) => page.locator(`.grid-row[data-instance-id="${instanceId}"]`);
  const badge = (status) =>
    page.locator(`.instance-header .status-badge.status-${status}, h1 ~ * .status-badge.status-${status}`).first();

  it('lists the instances, follows what happens, and opens one', async () => {
    await page.goto(emulator.address);
    await start('HelloCities', 'first', '"tokyo"');
    await row('first').locator('.status-Completed').waitFor();
    await start('ReserveTicket', 'second');
    await row('second').locator('.status-Running').waitFor();
    await screenshot('list');
    await row('first').locator('code').click();
    await page.locator('h1').waitFor();
    assert.match(await page.locator('.payload-output .json').innerText(), /Hello Tokyo!/);
    assert.match(page.url(), /#\/instances\/first$/);
    await page.locator('#tab-history').click();
    await page.getByRole('radio', { name: 'As stored' }).click();
    await page.locator('[aria-rowindex="17"]').waitFor();
    await screenshot('history');
    await page.goBack();
    await row('second').waitFor();
    assert.deepEqual(complaints, []);
  });

  it('says which app this is, and leads to its functions and back', async () => {
    await start('HelloCities', 'counted', '"tokyo"');
    await page.goto(emulator.address);
    await page.locator('.dashboard-app', { hasText: 'tour' }).waitFor();
    await page.getByRole('link', { name: 'Functions' }).click();
    const hello = page.locator('[data-function="orchestrator:hellocities"]');
    await hello.getByText(/run/).waitFor();
    assert.match(await page.locator('.functions-note').innerText(), /Arrows are what instances have called/);
    assert.ok((await page.locator('.edge').count()) > 0);
    await screenshot('functions');
    assert.deepEqual(await axeViolations(page), []);
    await hello.click();
    await page.locator('[data-action=instances]').click();
    await row('counted').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Instances' }).getAttribute('aria-current'), 'page');
    assert.deepEqual(complaints, []);
  });

  it('starts an instance, and says why one cannot be started', async () => {
    await page.goto(emulator.address);
    await page.locator('.dashboard-bar [data-action=start]').click();
    const dialog = page.locator('.start-dialog');
    await dialog.locator('option', { hasText: 'ReserveTicket' }).waitFor({ state: 'attached' });
    await dialog.locator('select').selectOption('HelloCities');
    await dialog.locator('.start-id input').fill('not/allowed');
    await dialog.locator('textarea').fill('{');
    await dialog.locator('.ask-verb[disabled]').waitFor();
    await dialog.locator('textarea').fill('"osaka"');
    assert.deepEqual(await axeViolations(page), []);
    await screenshot('start');
    await dialog.locator('.ask-verb').click();
    assert.match(await dialog.getByRole('alert').innerText(), /must not contain/);
    await dialog.locator('.start-id input').fill('from-dashboard');
    await dialog.locator('.ask-verb').click();
    await page.waitForURL(/#\/instances\/from-dashboard$/);
    assert.match(await page.locator('.payload-output .json').innerText(), /Hello Tokyo!/);
    const begun = await (await fetch(`${emulator.url}/durascope/instances/from-dashboard`)).json();
    assert.equal(begun.input, '"osaka"');
  });

  it('replays an instance: its moments, variables and lines', async () => {
    await start('HelloCities', 'replayed', '"kyoto"');
    await page.goto(emulator.address);
    await row('replayed').locator('.status-Completed').waitFor();
    await page.goto(`${emulator.url}/#/instances/replayed`);
    await page.locator('#tab-replay').click();
    await page.locator('.replay-step').waitFor();
    await page.getByRole('button', { name: 'Step back' }).click();
    await page
      .locator('.replay')
      .getByText(/callActivity/)
      .first()
      .waitFor();
    assert.equal(await page.getByRole('button', { name: /Step through Replay/ }).count(), 0);
    await screenshot('replay');
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(complaints, []);
  });

  it('forks a run from its replay and from a row, and shows both side by side', async () => {
    await start('HelloCities', 'forked', '"kyoto"');
    await page.goto(emulator.address);
    await row('forked').locator('.status-Completed').waitFor();
    await page.goto(`${emulator.url}/#/instances/forked`);
    await page.locator('#tab-replay').click();
    await page.locator('.replay-step').waitFor();
    await page.getByRole('button', { name: 'Step back' }).click();
    await page
      .locator('.replay')
      .getByRole('button', { name: /What if/ })
      .click();
    const dialog = page.locator('.what-if-dialog');
    await dialog.locator('.what-if-change option', { hasText: 'Another result…' }).waitFor({ state: 'attached' });
    assert.match(await dialog.locator('.what-if-row option:checked').innerText(), /^\d+: SayHello → "Hello/);
    await dialog.locator('textarea').fill('{');
    await dialog.locator('.ask-verb[disabled]').waitFor();
    await dialog.locator('textarea').fill('"Bye"');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await screenshot(`what-if-${colorScheme}`);
      assert.deepEqual(await axeViolations(page), []);
    }
    await dialog.locator('.ask-verb').click();
    await page.waitForURL(/#\/instances\/forked-fork$/);
    await page.locator('#tab-compare[aria-selected=true]').waitFor();
    await page
      .locator('#tabpanel, [role=tabpanel]')
      .getByText(/another result/)
      .first()
      .waitFor();
    await screenshot('what-if-compared');
    assert.deepEqual(await axeViolations(page), []);

    await page.goto(`${emulator.url}/#/instances/forked`);
    await page.locator('#tab-history').click();
    await page.getByRole('radio', { name: 'As stored' }).click();
    await page.locator('[aria-rowindex="4"]').dblclick();
    await page.getByRole('button', { name: /^What if/ }).click();
    await dialog.locator('.what-if-change option', { hasText: 'It failed…' }).waitFor({ state: 'attached' });
    await dialog.locator('.what-if-change').selectOption({ label: 'It failed… (With a type and a message)' });
    await dialog.locator('.ask-verb[disabled]').waitFor();
    await dialog.locator('.what-if-text input').fill('CardError: declined');
    await dialog.locator('.ask-verb').click();
    await page.waitForURL(/#\/instances\/forked-fork-?\d*$/);
    await page.locator('.status-Failed').first().waitFor();
    assert.deepEqual(complaints, []);
  });

  it('has the theme that is wanted, also after a reload', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(emulator.address);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.locator('.dashboard-bar').waitFor();
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await page.getByRole('button', { name: 'Theme' }).click();
    await page
      .getByRole('menuitemradio', { name: 'Dark' })
      .or(page.getByRole('menuitemcheckbox', { name: 'Dark' }))
      .click();
    assert.equal(await ground(), 'rgb(31, 31, 31)');
    assert.deepEqual(await axeViolations(page), []);
    await screenshot('theme-dark');
    await page.reload();
    await page.locator('.dashboard-bar').waitFor();
    assert.equal(await ground(), 'rgb(31, 31, 31)');
  });

  it('shows the custom status as it changes', async () => {
    await start('SlowCities', 'slow');
    await page.goto(emulator.address);
    await page.goto(`${emulator.url}/#/instances/slow`);
    await page.locator('.status-badge.status-Completed').first().waitFor({ timeout: 60_000 });
    assert.deepEqual(await page.locator('.step-value').allInnerTexts(), ['London', 'Seattle', 'Tokyo']);
    assert.deepEqual(complaints, []);
  });

  it('acts on an instance: raises the event that it waits for, and terminates another', async () => {
    await start('ReserveTicket', 'raised');
    await start('ReserveTicket', 'ended');
    await page.goto(emulator.address);
    await row('raised').locator('code').click();
    await page.locator('[data-raise="BookingConfirmed"]').click();
    await page.locator('.raise-event textarea').fill('true');
    await page.locator('[data-action=raise]').click();
    await badge('Completed').waitFor();
    assert.equal(await statusOf('raised'), 'Completed');
    await page.goBack();
    await row('ended').locator('code').click();
    await page.locator('[data-action=terminate]').click();
    await page.locator('dialog .ask-reason input').fill('sold out');
    await page.locator('dialog .ask-verb').click();
    await badge('Terminated').waitFor();
    assert.match(await page.locator('.payload-output .json').innerText(), /sold out/);
    assert.equal(await statusOf('ended'), 'Terminated');
  });

  it('acts on several at once', async () => {
    for (const id of ['bulk-1', 'bulk-2']) await start('ReserveTicket', id);
    await page.goto(emulator.address);
    for (const id of ['bulk-1', 'bulk-2']) await row(id).locator('.pick').click();
    await page.locator('.bulk-count', { hasText: '2 instances selected' }).waitFor();
    await page.locator('.bulk-bar').getByRole('button', { name: 'Terminate' }).click();
    await page.locator('dialog .ask-verb').click();
    for (const id of ['bulk-1', 'bulk-2']) await row(id).locator('.status-Terminated').waitFor();
  });

  it('takes the key out of the address at once, keeps it for this tab only, and sends it in a header', async () => {
    const asked = [];
    page.on('request', (request) => asked.push(request));
    await page.goto(emulator.address);
    await page.locator('.grid').waitFor();
    assert.equal(page.url(), `${emulator.url}/#/`);
    assert.equal(await page.evaluate(() => sessionStorage.getItem('durascope.key')), emulator.key);
    assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
    for (const request of asked) {
      // The part behind # stays in the browser.
      const sent = request.url().replace(/#.*$/, '');
      assert.ok(!sent.includes(encodeURIComponent(emulator.key)) && !sent.includes(emulator.key), sent);
      assert.equal(new URL(request.url()).origin, emulator.url, 'asks nobody else');
    }
    await page.reload();
    await row('first').waitFor();
    const other = await page.context().newPage();
    await other.goto(emulator.url);
    assert.equal(await other.evaluate(() => sessionStorage.getItem('durascope.key')), null);
  });

  it('without the key shows everything, and an action says where the key stands', async () => {
    await start('ReserveTicket', 'looked-at');
    await page.goto(`${emulator.url}/#/instances/looked-at`);
    await page.locator('[data-action=terminate]').click();
    await page.locator('dialog .ask-verb').click();
    await page
      .getByText(/system key is missing/)
      .first()
      .waitFor();
    await screenshot('without-key');
    assert.equal(await statusOf('looked-at'), 'Running');
  });

  it('is not answered to another site: not its scripts, not in a frame, not under a foreign name', async () => {
    await page.route('http://evil.example/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${emulator.url}/"></iframe>`,
      }),
    );
    await page.goto('http://evil.example/');
    const stolen = await page.evaluate(async (url) => {
      const tries = [`${url}/durascope/instances`, `${url}/runtime/webhooks/durabletask/instances`];
      const results = await Promise.allSettled(
        tries.flatMap((each) => [fetch(each), fetch(each, { mode: 'no-cors' }).then((response) => response.text())]),
      );
      return results.map((result) => (result.status === 'fulfilled' ? result.value : 'refused'));
    }, emulator.url);
    for (const text of stolen) assert.ok(text === 'refused' || text === '', text);
    const framed = page.frames().find((frame) => frame !== page.mainFrame());
    assert.ok(framed === undefined || (await framed.locator('.panel').count()) === 0, 'drawn in a frame');
    const renamed = await fetch(`${emulator.url}/`, { headers: { host: 'evil.example' } }).catch(() => undefined);
    // Some fetch implementations do not let the header through: then there is nothing to refuse.
    if (renamed !== undefined && renamed.status !== 200) assert.equal(renamed.status, 403);
  });

  it('runs no script and no style but its own', async () => {
    const response = await page.goto(emulator.address);
    const policy = response.headers()['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    await row('first').waitFor();
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.injected = true';
      document.body.append(script);
      return globalThis.injected === true;
    });
    assert.equal(ran, false);
  });

  it('says that the emulator is gone, keeps what it shows, and goes on when it is back', async () => {
    const data = path.join(root, 'own-data');
    const first = await startEmulator(data);
    const port = Number(new URL(first.url).port);
    await page.goto(first.address);
    const url = `${first.managementUrl}/orchestrators/HelloCities/kept?code=${encodeURIComponent(first.key)}`;
    await fetch(url, { method: 'POST' });
    await row('kept').locator('.status-Completed').waitFor();
    await first.stop();
    await page.getByText('The emulator does not answer').waitFor();
    await row('kept').waitFor();
    const second = await startEmulator(data, port);
    try {
      await page.getByText('The emulator does not answer').waitFor({ state: 'hidden', timeout: 60_000 });
      await fetch(url.replace('/kept', '/after'), { method: 'POST' });
      await row('after').locator('.status-Completed').waitFor();
    } finally {
      await second.stop();
    }
  });

  for (const colorScheme of ['light', 'dark']) {
    for (const contrast of ['no-preference', 'more']) {
      it(`is ${colorScheme} where the system is (contrast: ${contrast}), and accessible`, async () => {
        await page.context().close();
        await newPage({ colorScheme, contrast });
        await page.goto(emulator.address);
        await row('first').waitFor();
        const brightness = await page.evaluate(() => {
          const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
          return (r + g + b) / 3;
        });
        assert.equal(brightness > 128, colorScheme === 'light', `brightness ${brightness}`);
        assert.deepEqual(await axeViolations(page), [], 'the list');
        await screenshot(`list-${colorScheme}-${contrast}`);
        await row('first').locator('code').click();
        for (const tab of ['overview', 'history', 'timeline', 'sequence']) {
          await page.locator(`#tab-${tab}`).click();
          assert.deepEqual(await axeViolations(page), [], tab);
        }
        await screenshot(`instance-${colorScheme}-${contrast}`);
      });
    }
  }
});
