import assert from 'node:assert/strict';
import { eventually } from '../../support/vscode/workbench.mjs';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { asked, drawn, hubCalls, openPanel, screenshot, useGallery } from './gallery-page.mjs';

/** Rows in the order on screen: the document's own order is that of their drawing. */
const inOrder = (page, column) =>
  page
    .locator('.grid-row')
    .evaluateAll(
      (rows, id) =>
        rows
          .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
          .map((row) => row.querySelector(`[data-column=${id}]`).textContent),
      column,
    );

describe('the instance panel', function () {
  this.timeout(60_000);
  useGallery();

  it('shows one row an operation at first: failures, attempts, inputs kept here; sorts, filters, and goes to the stored rows', async () => {
    const page = await openPanel('failedDeep', 'dark', { tab: 'history' });
    const names = () => page.locator('.compact-grid .operation-name').allInnerTexts();
    assert.deepEqual(await names(), ['Checkout', 'Payment', 'Failed']);
    await page.locator('.operation-failure', { hasText: 'CardRefusedError: The card 4000-1234 was refused' }).first().waitFor();
    await page.locator('.operation-link', { hasText: 'payment-7' }).click();
    await eventually(async () => assert.deepEqual(await asked(), ['openInstance payment-7']));
    await page.getByRole('button', { name: 'Failed only' }).click();
    await page.locator('.row-count', { hasText: '2 of 3 operations' }).waitFor();
    await page.getByRole('button', { name: 'Failed only' }).click();
    await page.getByRole('button', { name: 'At', exact: true }).click();
    await eventually(async () => assert.deepEqual(await names(), ['Failed', 'Payment', 'Checkout']));
    await page.locator('.compact-grid').focus();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('payment');
    await page.locator('.row-count', { hasText: '2 of 3 operations' }).waitFor();
    await page.locator('.grid-row.operation-kind-child .compact-outcome').click();
    await page.locator('.kept-note', { hasText: 'kept here, not in the stored history' }).waitFor();
    await screenshot('operation-detail');
    await page.locator('.detail-rows button').first().click();
    await page.locator('.history-grid .grid-row.selected', { hasText: 'SubOrchestrationInstanceCreated' }).waitFor();
    await page.reload();
    await page.locator('.history-grid').waitFor();
  });

  it('leads from a timer that code left open when it returned to the line that makes it', async () => {
    const page = await openPanel('leftOpen');
    const line = page.locator('.waiting-timer');
    assert.match(await line.innerText(), /left open by code that has returned: .*remind\.ts:31 makes it, deadline\.cancel\(\)/s);
    await line.getByRole('button', { name: 'remind.ts:31' }).click();
    await eventually(async () => assert.deepEqual(await asked(), ['openSource /apps/shop/src/functions/remind.ts:31']));
    await screenshot('left-open-timer');
    assert.deepEqual(await axeViolations(page), []);
  });

  it('draws no more operations of 10,000 rows than there is room for', async () => {
    const page = await openPanel('rows10000');
    const took = await page.evaluate(async () => {
      const pressed = performance.now();
      document.querySelector('#tab-history').click();
      while (document.querySelector('.compact-grid .grid-row') === null) await new Promise(requestAnimationFrame);
      return Math.round(performance.now() - pressed);
    });
    console.log(`      first operations after ${took} ms`);
    const drawn = await page.locator('.compact-grid .grid-row').count();
    assert.ok(drawn > 5 && drawn < 120, String(drawn));
  });

  it("shows the document's sixteen rows, in its order and with its columns", async () => {
    const page = await openPanel('completed', 'dark', { tab: 'history', historyView: 'stored' });
    const heads = (await page.locator('.grid-head').allInnerTexts()).map((text) => text.trim());
    assert.deepEqual(heads.slice(1, 8), ['EventType', 'Timestamp', 'Input', 'Name', 'Result', 'Duration', 'Status']);
    const types = await inOrder(page, 'EventType');
    assert.equal(types.length, 16);
    assert.deepEqual(types.slice(0, 5), [
      'ExecutionStarted',
      'OrchestratorStarted',
      'TaskScheduled',
      'OrchestratorCompleted',
      'TaskCompleted',
    ]);
    assert.deepEqual(types.slice(-2), ['OrchestratorCompleted', 'ExecutionCompleted']);
    assert.equal((await inOrder(page, 'Result')).at(-1), '["Hello Tokyo!","Hello Seattle!","Hello London!"]');
    assert.equal((await inOrder(page, 'Status')).at(-1), 'Completed');
  });

  it('keeps number and type of a row in sight while the table is moved sideways, and cuts no type off', async () => {
    const page = await openPanel('failedDeep', 'dark', { tab: 'history', historyView: 'stored' });
    await page.setViewportSize({ width: 700, height: 700 });
    const grid = page.locator('.history-grid');
    const left = async (selector) => (await page.locator(`.grid-row ${selector}`).first().boundingBox()).x;
    const before = [await left('.row-number'), await left('[data-column=EventType]'), await left('[data-column=Result]')];
    await grid.evaluate((each) => each.scrollTo({ left: 400, behavior: 'instant' }));
    await eventually(async () => assert.ok((await left('[data-column=Result]')) < before[2]));
    assert.deepEqual([await left('.row-number'), await left('[data-column=EventType]')], before.slice(0, 2));
    const cut = await page
      .locator('[data-column=EventType]')
      .evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent));
    assert.deepEqual(cut, []);
    assert.ok((await inOrder(page, 'EventType')).includes('SubOrchestrationInstanceCreated'));
    assert.equal(await page.locator('.grid-head', { hasText: 'PartitionKey' }).count(), 0);
    await screenshot('history-moved-sideways');
    await page.setViewportSize({ width: 1200, height: 800 });
  });

  it('switches to the commit order and back', async () => {
    const page = await openPanel('completed', 'dark', { tab: 'history', historyView: 'stored' });
    // Each order says what it is.
    assert.match(await page.getByRole('radio', { name: 'Display order' }).getAttribute('title'), /documentation shows it/);
    assert.ok((await page.getByRole('radio', { name: 'Commit order' }).getAttribute('title')).length > 10);
    await page.getByRole('radio', { name: 'Commit order' }).click();
    await eventually(async () =>
      assert.deepEqual((await inOrder(page, 'EventType')).slice(0, 2), ['OrchestratorStarted', 'ExecutionStarted']),
    );
    await page.getByRole('radio', { name: 'Display order' }).click();
    await eventually(async () => assert.equal((await inOrder(page, 'EventType'))[0], 'ExecutionStarted'));
  });

  it('filters by text and by event type, and says how many rows are left', async () => {
    const page = await openPanel('completed', 'dark', { tab: 'history', historyView: 'stored' });
    await page.locator('vscode-textfield.filter input').fill('london');
    await page.locator('.row-count', { hasText: '3 of 16 rows' }).waitFor();
    await page.locator('vscode-textfield.filter input').fill('');
    await page.getByRole('button', { name: 'Event types' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'TaskCompleted' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.row-count', { hasText: '3 of 16 rows' }).waitFor();
    assert.deepEqual(await inOrder(page, 'Result'), ['"Hello Tokyo!"', '"Hello Seattle!"', '"Hello London!"']);
    await page.locator('vscode-textfield.filter input').fill('nothing like it');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.locator('.row-count', { hasText: /^16 rows$/ }).waitFor();
  });

  it('lets columns be chosen, and remembers them', async () => {
    let page = await openPanel('completed', 'dark', { tab: 'history', historyView: 'stored' });
    await page.getByRole('button', { name: 'Choose columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'EventId' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'IsPlayed' }).click();
    await page.keyboard.press('Escape');
    await page.reload();
    await drawn();
    const heads = await page.locator('.grid-head').allInnerTexts();
    assert.ok(!heads.some((head) => head.includes('EventId')));
    assert.ok(heads.some((head) => head.includes('IsPlayed')));
  });

  it('is worked by the keyboard: cells, copying, the detail and the row that answers it', async () => {
    const page = await openPanel('completed', 'dark', { tab: 'history', historyView: 'stored' });
    await page.locator('.history-grid').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'End', 'Home'])
      await page.keyboard.press(key);
    for (let column = 0; column < 4; column++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Control+c');
    await eventually(async () => assert.equal((await asked()).at(-1), 'copyText "Hello Tokyo!"'));
    await page.keyboard.press('Control+Shift+C');
    await eventually(async () => assert.equal(JSON.parse((await asked()).at(-1).slice('copyText '.length)).TaskScheduledId, 0));
    await page.keyboard.press('Enter');
    await page.locator('.history-detail h2', { hasText: 'TaskCompleted' }).waitFor();
    await page.getByRole('button', { name: /^answers row 3/ }).click();
    await page.locator('.history-detail h2', { hasText: '3 · TaskScheduled' }).waitFor();
    await page.locator('.history-grid').focus();
    await page.keyboard.press('Escape');
    await page.locator('.history-detail').waitFor({ state: 'detached' });
  });

  it('exports the rows shown as CSV and as JSON', async () => {
    const page = await openPanel('completed', 'dark', { tab: 'history', historyView: 'stored' });
    await page.locator('vscode-textfield.filter input').fill('SayHello');
    await page.locator('.row-count', { hasText: '6 of 16 rows' }).waitFor();
    await page.getByRole('button', { name: 'Export the rows shown' }).click();
    await page.getByRole('menuitem', { name: 'Export as CSV' }).click();
    await page.getByRole('button', { name: 'Export the rows shown' }).click();
    await page.getByRole('menuitem', { name: 'Export as JSON' }).click();
    await eventually(async () => assert.equal((await asked()).length, 2));
    const [csv, json] = await asked();
    assert.match(csv, /^saveText eaee885b-history\.csv\nEventType,/);
    assert.equal(csv.trimEnd().split('\n').length, 8);
    assert.equal(JSON.parse(json.slice(json.indexOf('\n'))).length, 6);
  });

  it('shows the custom status as it changes, with every value it has had', async () => {
    const page = await openPanel('running');
    await page.evaluate(() => globalThis.gallery.hub.change('ticket-7', { customStatus: '"Kyoto"' }));
    await page.locator('[data-testid=custom-status]', { hasText: 'Kyoto' }).waitFor();
    await eventually(async () =>
      assert.deepEqual(await page.locator('.step-value').allInnerTexts(), [
        'Kyoto',
        '{"city":"Tokyo","discount":{"percent":15,"reason":"early booking"},"waitingFor":"BookingConfirmed"}',
        '{"free":14}',
        'Looking for seats',
      ]),
    );
    await page.locator('.meter-text', { hasText: '14 bytes of 16 KB' }).waitFor();
    const days = async () =>
      (await page.locator('.status-step time').allInnerTexts()).map((text) => /^\d{4}-\d\d-\d\d /.test(text.trim()));
    assert.deepEqual(await days(), [false, false, false, false]);
    // A clock that jumps: which day it was is said where it changes.
    await page.evaluate(() => {
      const { hub } = globalThis.gallery;
      const { now } = hub;
      hub.now = () => now.call(hub) + 2 * 86_400_000;
      hub.change('ticket-7', { customStatus: '"Nara"' });
    });
    await page.locator('[data-testid=custom-status]', { hasText: 'Nara' }).waitFor();
    await eventually(async () => assert.deepEqual(await days(), [true, true, false, false, false]));
    await screenshot('custom-status-days');
  });

  it('raises an event it waits for, and marks the mistake in bad JSON', async () => {
    const page = await openPanel('running');
    await page.locator('[data-raise="BookingConfirmed"]').click();
    const editor = page.locator('.raise-event textarea');
    await editor.fill('{"ok": tru}');
    await page.locator('.json-editor-mistake', { hasText: 'Line 1, column 8' }).waitFor();
    assert.equal(await page.locator('.json-editor-ground mark').innerText(), 't');
    await editor.press('Control+Enter');
    assert.deepEqual(await hubCalls(), []);
    await editor.fill('{"ok": true}');
    await editor.press('Control+Enter');
    await page.locator('.banner-info', { hasText: 'Raised BookingConfirmed' }).waitFor();
    assert.deepEqual(await hubCalls(), ['raise ticket-7 BookingConfirmed {"ok": true}']);
  });

  it('terminates with a reason, and then offers only what an ended instance takes', async () => {
    const page = await openPanel('running');
    await page.locator('[data-action=terminate]').click();
    await page.locator('dialog .ask-reason input').fill('sold out');
    await page.keyboard.press('Enter');
    await page.locator('.status-badge.status-Terminated').waitFor();
    assert.deepEqual(await hubCalls(), ['terminate ticket-7 sold out']);
    await eventually(async () => {
      for (const action of ['raiseEvent', 'suspend', 'terminate']) {
        assert.equal(await page.locator(`[data-action=${action}]`).count(), 0, action);
      }
      assert.equal(await page.locator('[data-action=restart]').count(), 1);
      assert.equal(await page.locator('.waiting').count(), 0);
    });
  });

  it('says so when the instance ended just before the action', async () => {
    const page = await openPanel('running');
    await page.locator('[data-action=terminate]').click();
    await page.evaluate(() => {
      // Ended, and not announced yet.
      const { row } = globalThis.gallery.hub.instances.get('ticket-7');
      row.runtimeStatus = 'Completed';
    });
    await page.locator('dialog .ask-verb').click();
    await page.locator('.banner-error', { hasText: "'ticket-7' has already ended (Completed)" }).waitFor();
  });

  it('suspends and resumes', async () => {
    const page = await openPanel('running');
    await page.locator('[data-action=suspend]').click();
    await page.locator('dialog .ask-verb').click();
    await page.locator('[data-action=resume]').click();
    await page.locator('.status-badge.status-Running').waitFor();
    await eventually(async () => assert.deepEqual(await hubCalls(), ['suspend ticket-7', 'resume ticket-7']));
  });

  it('follows the newest rows until the user scrolls up', async () => {
    const page = await openPanel('rows10000', 'dark', { tab: 'history', historyView: 'stored' });
    await page.locator('.row-count', { hasText: /^10,000 rows$/ }).waitFor();
    const lastRow = () =>
      page.locator('.grid-row').evaluateAll((rows) => Math.max(...rows.map((row) => Number(row.getAttribute('aria-rowindex')))));
    await eventually(async () => assert.equal(await lastRow(), 10_001));
    const add = () =>
      page.evaluate(() => {
        const { hub } = globalThis.gallery;
        const { history } = hub.instances.get('long-10000');
        hub.change('long-10000', {}, [{ ...history.at(-1), Timestamp: globalThis.gallery.now() }]);
      });
    await add();
    await page.locator('[aria-rowindex="10002"]').waitFor();
    await page.locator('.history-grid').hover();
    await page.mouse.wheel(0, -2000);
    await page.getByRole('button', { name: 'Follow the newest rows', pressed: false }).waitFor();
    // The browser scrolls smoothly: where it stands counts once it stands.
    const top = await page.locator('.history-grid').evaluate(
      (grid) =>
        new Promise((resolve) => {
          let [last, still] = [-1, 0];
          const look = () => {
            still = grid.scrollTop === last ? still + 1 : 0;
            last = grid.scrollTop;
            if (still < 10) requestAnimationFrame(look);
            else resolve(last);
          };
          look();
        }),
    );
    await add();
    await page.locator('.row-count', { hasText: '10,002 rows' }).waitFor();
    assert.equal(await page.locator('.history-grid').evaluate((grid) => grid.scrollTop), top);
  });

  it('tells why an instance failed three levels deep on the first screen: reason, line, call, input, and the way to the moment', async () => {
    const page = await openPanel('failedDeep');
    const cause = page.getByTestId('root-cause');
    assert.equal(await cause.innerText(), 'CardRefusedError The card 4000-1234 was refused: insufficient funds');
    await page.locator('.failure-where', { hasText: 'in activity Charge, attempt 2' }).waitFor();
    assert.match(await page.locator('.excerpt-line.is-failing').innerText(), /19.*throw new CardRefusedError/s);
    const links = await page.locator('.failure-chain li').allInnerTexts();
    assert.deepEqual(
      links.map((text) => text.replace(/\s+/g, ' ').trim()),
      ['Checkout this instance', 'Payment payment-7', 'Settle settle-7', 'Charge attempt 2'],
    );
    await page.getByRole('group', { name: 'Input of Charge' }).getByText('4000-1234').waitFor();
    for (const size of [
      { width: 1200, height: 800 },
      { width: 400, height: 640 },
    ]) {
      await page.setViewportSize(size);
      for (const part of [
        cause,
        page.locator('.excerpt-line.is-failing'),
        page.getByRole('button', { name: 'Step to this moment' }),
      ]) {
        const box = await part.boundingBox();
        assert.ok(box !== null && box.y >= 0 && box.y + box.height <= size.height, `in sight at ${size.width} px`);
      }
      await screenshot(`failure-${size.width}`);
    }
    await page.setViewportSize({ width: 1200, height: 800 });
    assert.equal(await page.locator('.failure-text').count(), 0);
    await page.getByRole('button', { name: 'Stack and raw text' }).click();
    assert.equal(
      await page.locator('.failure-text .foreign-frame').first().innerText(),
      '    at Object.callback (/apps/shop/node_modules/durable-functions/src/app.ts:93:44)\n',
    );
    assert.ok(!(await page.locator('.failure').innerText()).includes('$type'));
    await page.getByRole('button', { name: 'Go to charge.ts:19' }).click();
    await page.getByRole('button', { name: 'Step to this moment' }).click();
    await page.locator('.failure-chain').getByRole('button', { name: 'Payment' }).click();
    await eventually(async () =>
      assert.deepEqual(await asked(), [
        'openSource /apps/shop/src/functions/charge.ts:19',
        'stepTo settle-7 13',
        'openInstance payment-7',
      ]),
    );
  });

  it('says on the card of a failure what helps against a request of callHttp that is not sent, and nowhere else on the page', async () => {
    const page = await openPanel('failedHttp');
    assert.match(await page.getByTestId('root-cause').innerText(), /^System\.FormatException The format of value/);
    assert.match(await page.getByTestId('advice').innerText(), /leave the charset of 'application\/json; charset=utf-8' out/);
    assert.equal(await page.getByText('leave the charset').count(), 1);
    await screenshot('failure-http');
  });

  it('says what would puzzle, each with the way to its paragraph', async () => {
    const page = await openPanel('puzzling');
    const told = await page.locator('[data-meaning]').evaluateAll((items) => items.map((item) => item.dataset.meaning));
    assert.deepEqual(told, ['eventAgain', 'eventCase']);
    await page.locator('[data-meaning=eventAgain]', { hasText: 'is carried over, and was received before' }).waitFor();
    await page.locator('[data-meaning=eventCase]', { hasText: "Did you mean 'go'?" }).waitFor();
    await page.getByRole('button', { name: 'Read more: An event comes again' }).click();
    await eventually(async () => assert.deepEqual(await asked(), ['openDocs docs/meanings.md#an-event-comes-again']));
    await screenshot('meanings');
  });

  it('says of results that went to other calls at their rows, in what it means, and on the card of a failure', async () => {
    let page = await openPanel('astray');
    await page
      .locator('[data-meaning=astray]', { hasText: "given to 'Charge' instead of 'Book', and 1 other result went elsewhere too" })
      .waitFor();
    await page.locator('[data-meaning=astray]', { hasText: 'What the instance returned may come of that.' }).waitFor();
    await page.getByRole('button', { name: 'Read more: A result goes to another call' }).click();
    await eventually(async () => assert.deepEqual(await asked(), ['openDocs docs/meanings.md#a-result-goes-to-another-call']));
    await screenshot('astray');
    page = await openPanel('failedAstray', 'light');
    assert.match(await page.getByTestId('astray').innerText(), /What the instance failed with may come of that\./);
    assert.equal(await page.locator('[data-meaning=astray]').count(), 0);
    await screenshot('astray-failed');
    page = await openPanel('astray', 'light', { tab: 'history' });
    const marked = page.locator('.grid-row:has(.operation-note) .operation-name');
    assert.deepEqual(await marked.allInnerTexts(), ['Book', 'Charge']);
    await page.locator('.grid-row:has(.operation-note) .compact-outcome').first().click();
    await page
      .locator('.history-detail .operation-note', { hasText: "gone astray: given to 'Charge' instead of 'Book'" })
      .waitFor();
    await screenshot('astray-rows');
    page = await openPanel('astray', 'dark', { tab: 'history', historyView: 'stored' });
    await page.locator('.grid-row', { hasText: "gone astray: given to a retry of 'Book' instead of 'Charge'" }).waitFor();
    await screenshot('astray-stored');
  });

  it('links to the line that failed, to the parent and to the children', async () => {
    let page = await openPanel('failed');
    await page.getByRole('button', { name: 'Go to reserve-ticket.ts:31' }).click();
    await eventually(async () =>
      assert.deepEqual(await asked(), ['openSource /apps/custom-status/src/functions/reserve-ticket.ts:31']),
    );
    page = await openPanel('running');
    await page.locator('.facts .instance-link').click();
    // What is too long is cut before its end, which alone tells children of one parent apart.
    assert.equal(await page.locator('.children-list .id-tail').innerText(), ':4');
    await page.locator('.children-list .instance-link').click();
    await eventually(async () => assert.deepEqual(await asked(), ['openInstance tour-1', 'openInstance ticket-7:4']));
  });

  it('shows an activity that no worker has taken as queued, in its bar, its label and the legend', async () => {
    const page = await openPanel('running', 'dark', { tab: 'timeline' });
    const waits = page.locator('.bar.bar-waits');
    assert.equal(await waits.count(), 1);
    const label = await page.locator('.timeline-row:has(.bar-waits) .sr-only').innerText();
    assert.match(label, /^Activity NotifyCustomer #5, queued, no worker has taken it yet, /);
    await page.locator('.legend', { hasText: 'Queued' }).waitFor();
    await screenshot('timeline-queued');
  });

  it('zooms and pans the timeline by keyboard and by wheel', async () => {
    const page = await openPanel('running', 'dark', { tab: 'timeline' });
    const widthOf = () =>
      page
        .locator('.bar.bar-activity')
        .first()
        .evaluate((bar) => bar.getBoundingClientRect().width);
    const before = await widthOf();
    await page.locator('.timeline-chart').hover({ position: { x: 300, y: 120 } });
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await eventually(async () => assert.ok((await widthOf()) > before));
    await screenshot('timeline-zoomed');
    await page.locator('.timeline-rows').focus();
    await page.keyboard.press('0');
    await page.getByRole('button', { name: 'Show all (0)', disabled: true }).waitFor();
    // The instance runs on: there is a little more to show by now.
    await eventually(async () => assert.ok(Math.abs((await widthOf()) - before) < before / 5));
  });

  it('keeps what it shows when the emulator stops, says why nothing can be done, and offers a start', async () => {
    const page = await openPanel('stopped');
    await page.locator('.banner-warning', { hasText: 'The emulator is stopped' }).waitFor();
    assert.equal(await page.locator('h1').innerText(), 'HelloCities');
    await page.locator('[data-action=restart][disabled]').waitFor();
    await page.locator('.banner').getByRole('button', { name: 'Start Emulator' }).click();
    await eventually(async () => assert.ok((await asked()).includes('startEmulator')));
    await screenshot('stopped-start');
  });

  it('begins with the history as it was shown last in any panel', async () => {
    const page = await openPanel('completed', 'dark', { tab: 'history' });
    await page.getByRole('radio', { name: 'As stored' }).click();
    assert.ok((await asked()).includes('prefer historyView "stored"'));
    await openPanel('running', 'dark', { tab: 'history' });
    await page.locator('.compact-grid').waitFor();
    await page.goto(`${page.url()}&preferences=${encodeURIComponent('{"historyView":"stored"}')}`);
    await page.getByRole('radio', { name: 'As stored', checked: true }).waitFor();
  });

  it('shows an instance beside another one: rows, inputs, times, and where they part', async () => {
    for (const theme of ['dark', 'light']) {
      const page = await openPanel('failedDeep', theme);
      await page.evaluate(() => globalThis.gallery.session.compareWith({ instanceId: 'payment-7' }));
      await page.locator('.compare-first', { hasText: 'Show the line' }).waitFor();
      assert.match(await page.locator('.compare-summary').innerText(), /^First difference: started, another orchestrator\.$/);
      // Both long outputs are in sight, and can be scrolled.
      assert.equal(await page.locator('.compare-long').count(), 2);
      assert.ok((await page.locator('.compare-long').first().boundingBox()).height <= 240);
      assert.deepEqual(await axeViolations(page), []);
      await screenshot(`compare-${theme}`);
    }
    const page = await openPanel('failedDeep');
    await page.evaluate(() => {
      const { hub, session } = globalThis.gallery;
      session.compareWith({ instanceId: 'payment-7', hub, isImported: true });
    });
    await page.locator('.compare-table th', { hasText: 'Imported payment-7' }).waitFor();
    assert.equal(await page.locator('.compare-table thead button').count(), 0);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Compare With…' }).click();
    await eventually(async () => assert.ok((await asked()).includes('compareWith checkout-7 false'), String(await asked())));
  });

  it('moves between its tabs by the arrows and finds the last one again', async () => {
    const page = await openPanel('completed');
    await page.locator('#tab-overview').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.locator('#tabpanel-timeline').waitFor();
    await page.reload();
    await page.locator('#tabpanel-timeline').waitFor();
    await page.keyboard.press('Tab');
  });
});
