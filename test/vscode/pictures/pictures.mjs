// The pictures in the order in which they are taken. `prepare` brings the window there from where the one before left it.
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import { panelFrame } from '../ui/editor-window.mjs';

const walkthrough = 'media/walkthrough';
const readme = 'docs/pictures';

const row = ({ bench }, label) => bench.pane('Instances').locator(`[role=treeitem][aria-label^="${label}"]`).first();

/** Opens the file of a function: while the app is being loaded anew, a click may come too early. */
async function openCode({ bench, page }, name, file) {
  const shown = page.locator(`.tab.active[data-resource-name="${file}"]`);
  await until(`${file} to be open`, async () => {
    await bench.treeItem(name, bench.pane('Functions')).click();
    return shown.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
  });
}

/** Opens or closes a section of the side bar. */
export async function fold({ bench, page }, title, isOpen) {
  const header = bench.pane(title).locator('.pane-header');
  if ((await header.getAttribute('aria-expanded')) === String(isOpen)) return;
  await header.click();
  await page.waitForTimeout(500);
}

/** Shows the panel of an instance: a list that is still being filled may take no answer. */
async function open({ bench, page }, id) {
  await until(`${id} to be open`, async () => {
    await bench.command('Durascope: Go to Instance Id…');
    await bench.quickField.fill(id);
    const row = bench.quickRows.filter({ hasText: id }).first();
    await row.waitFor();
    await row.click();
    return page
      .locator('.tab.active', { hasText: id })
      .waitFor({ timeout: 5000 })
      .then(
        () => true,
        () => bench.dismissQuickInput(),
      );
  });
}

/** Keeps the run of an instance as a test of the project. */
async function saveAsTest({ bench, page }, id) {
  await until(`${id} to be kept`, async () => {
    await bench.command('Durascope: Save Run as Test');
    await bench.quickField.fill(id);
    await bench.take(bench.quickRows.filter({ hasText: id }).first());
    return page
      .locator(`.tab.active[data-resource-name^="${id}"]`)
      .waitFor({ timeout: 5000 })
      .then(
        () => true,
        () => bench.dismissQuickInput(),
      );
  });
}

async function setClock({ bench }, choice) {
  await bench.command('Durascope: Set Clock…');
  await bench.take(bench.quickRows.filter({ hasText: choice }).first());
}

const approvalFile = ({ app }) => path.join(app, 'src', 'functions', 'human-interaction.js');

/** `each`: before it is taken in a theme; `after`: when it has been taken, or is not wanted. */
export const pictures = [
  {
    name: 'start',
    folder: walkthrough,
    clip: { x: 0, y: 0, width: 640, height: 400 },
    async prepare(window) {
      const { bench } = window;
      await bench.activity('Durascope');
      await fold(window, 'Entities', false);
      await bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first().waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'instance',
    folder: walkthrough,
    colours: 20,
    clip: { x: 328, y: 0, width: 792, height: 430 },
    async prepare(window) {
      const { bench, page } = window;
      await bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first().click();
      const approval = bench.treeItem('ApprovalWorkflow', bench.pane('Functions'));
      await approval.waitFor({ timeout: 60_000 });
      await fold(window, 'Entities', false);
      await openCode(window, 'ApprovalWorkflow', 'human-interaction.js');
      await bench.codeLens('Start');
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'watch',
    folder: walkthrough,
    clip: { x: 0, y: 0, width: 1120, height: 520 },
    // The states of instances are told apart by their colour.
    colours: 28,
    async prepare(window) {
      const { bench, page } = window;
      const { start, raise, until } = window.emulator();
      await bench.command('View: Close All Editors');
      await start('HelloCities', 'hello-1');
      await start('BackupSiteContent', 'backup-nightly', 12);
      await start('ProvisionDevices', 'devices-7');
      await start('CallFlakyService', 'flaky-2', 2);
      await start('CallFlakyService', 'flaky-9', 9);
      await start('TransferFunds', 'transfer-41', { from: 'savings', to: 'closed-account', amount: 250 });
      await start('ApprovalWorkflow', 'order-1042', { request: 'Standing desk, 480 EUR' });
      await start('ApprovalWorkflow', 'order-1043', { request: 'A new chair' });
      await start('SendReminders', 'reminders', { times: 50, milliseconds: 3_600_000 });
      await until('flaky-9', 'Failed');
      await until('devices-7', 'Completed');
      await raise('order-1043', 'ApprovalEvent', true);
      await until('order-1043', 'Completed');
      await open(window, 'order-1042');
      const frame = await panelFrame(window, '[data-raise="ApprovalEvent"]');
      await frame.locator('h1').waitFor();
      await row(window, 'ApprovalWorkflow, Running').waitFor();
      await page.waitForTimeout(1000);
    },
  },
  {
    name: 'clock',
    folder: readme,
    async prepare(window) {
      await setClock(window, 'Pause');
      await window.page.locator('[id="durascope.durascope.durascope.emulator"]', { hasText: 'paused' }).waitFor();
    },
    async each({ bench }) {
      await bench.command('Durascope: Set Clock…');
      await bench.quickRows.filter({ hasText: 'Pause' }).first().waitFor();
    },
    async after(window) {
      await setClock(window, "Back to the computer's time");
    },
  },
  {
    name: 'panel',
    folder: walkthrough,
    clip: { x: 328, y: 0, width: 792, height: 610 },
    async prepare(window) {
      await open(window, 'order-1043');
      const frame = await panelFrame(window, '.status-badge.status-Completed');
      await frame.locator('#tab-history').click();
      await frame.locator('.compact-grid .grid-row').nth(3).waitFor();
    },
  },
  {
    name: 'timeline',
    folder: readme,
    async prepare(window) {
      await open(window, 'backup-nightly');
      // The panel before this one is completed too.
      await window.page.locator('.tab.active', { hasText: 'BackupSiteContent' }).waitFor();
      const frame = await panelFrame(window, '.status-badge.status-Completed');
      await frame.locator('#tab-timeline').click();
      await frame.locator('.timeline-row[role=treeitem]').nth(5).waitFor();
    },
  },
  {
    name: 'instances',
    folder: readme,
    async prepare(window) {
      await window.bench.command('Durascope: Open Instances Panel');
      const frame = await panelFrame(window, '.instances-grid .grid-row');
      await frame.locator('.grid-row .status-Failed').first().waitFor();
      await window.page.waitForTimeout(1500);
    },
  },
  {
    name: 'functions',
    folder: readme,
    clip: { x: 328, y: 0, width: 792, height: 500 },
    async prepare(window) {
      await window.bench.command('View: Close All Editors');
      await window.bench.command('Durascope: Show Functions Graph');
      const frame = await panelFrame(window, '.functions-body');
      await frame.locator('.functions-body').waitFor();
      await window.page.waitForTimeout(1500);
    },
  },
  {
    name: 'dashboard',
    folder: readme,
    page: (window) => window.dashboard,
    async prepare(window) {
      const { url, key } = window.emulator();
      window.dashboard = await window.bench.context.newPage();
      await window.dashboard.setViewportSize({ width: 1120, height: 520 });
      await window.dashboard.emulateMedia({ colorScheme: 'dark' });
      await window.dashboard.goto(`${url}/#code=${encodeURIComponent(key)}`);
      await window.dashboard.locator('.grid-row .status-Failed').first().waitFor();
      await window.dashboard.waitForTimeout(3000);
    },
  },
  {
    name: 'entities',
    folder: readme,
    async prepare(window) {
      await window.dashboard?.close();
      const { bench } = window;
      const { start, until } = window.emulator();
      await bench.command('View: Close All Editors');
      await start('CountUp', 'count-up');
      await until('count-up', 'Completed');
      await fold(window, 'Functions', false);
      await fold(window, 'Entities', true);
      const entities = bench.pane('Entities');
      const entity = entities.locator('[role=treeitem][aria-level="2"]').first();
      await entity.waitFor({ timeout: 30_000 });
      await entity.click();
      await panelFrame(window, 'h1');
      await window.page.waitForTimeout(2000);
    },
  },
  {
    name: 'replay',
    folder: readme,
    // Without the debug console below.
    clip: { x: 0, y: 0, width: 1120, height: 428 },
    async prepare(window) {
      const { bench, page } = window;
      await bench.command('View: Close All Editors');
      await fold(window, 'Entities', false);
      await fold(window, 'Functions', false);
      await bench.contextMenu(row(window, 'ApprovalWorkflow, Completed'), 'Step through Replay');
      await bench.debug.toolbar.waitFor({ timeout: 60_000 });
      await page.locator('.debug-top-stack-frame-line').first().waitFor({ timeout: 60_000 });
      await bench.activity('Run and Debug');
      await bench.debug.press('Step Over');
      await page.waitForTimeout(2000);
    },
  },
  {
    name: 'replay-tab',
    folder: readme,
    // Without the debug console below.
    clip: { x: 0, y: 0, width: 1120, height: 428 },
    async prepare(window) {
      const { bench } = window;
      await bench.debug.stop();
      await bench.activity('Durascope');
      await bench.command('View: Close All Editors');
      await open(window, 'order-1043');
      const frame = await panelFrame(window, '#tab-replay');
      await frame.locator('#tab-replay').click();
      await frame.locator('.replay-slider').waitFor({ timeout: 60_000 });
      await frame.locator('.replay-slider').press('End');
      await window.page.waitForTimeout(2000);
    },
  },
  {
    name: 'fork',
    folder: readme,
    clip: { x: 328, y: 0, width: 792, height: 652 },
    async prepare(window) {
      await window.bench.command('View: Close All Editors');
      // The debug console.
      await window.bench.command('View: Hide Panel');
      await window.emulator().fork('order-1043', { row: 10, change: { type: 'payload', value: 'false' } });
      await window.emulator().until('order-1043-fork', 'Completed');
      await open(window, 'order-1043-fork');
      const frame = await panelFrame(window, '.compare-table');
      await frame.locator('.compare-table').waitFor();
      await window.page.waitForTimeout(1000);
    },
  },
  {
    name: 'explore',
    folder: readme,
    clip: { x: 0, y: 0, width: 1120, height: 428 },
    async prepare(window) {
      const { bench, page } = window;
      await bench.command('View: Close All Editors');
      await bench.command('Durascope: Explore Schedules…');
      await bench.quickField.fill('TryGetQuote');
      await bench.pick('TryGetQuote');
      for (const text of ['its input', 'Run Another One Beside']) {
        await bench.quickInput.getByText(text).first().waitFor();
        await page.keyboard.press('Enter');
      }
      await page.locator('.notification-toast', { hasText: 'TryGetQuote goes wrong' }).waitFor({ timeout: 60_000 });
      await bench.command('Notifications: Clear All Notifications');
      await bench.activity('Testing');
      await page.locator('.test-explorer .monaco-list-row', { hasText: 'TryGetQuote' }).first().click();
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(1500);
      await page.locator('.test-explorer .monaco-list-row', { hasText: 't1' }).first().click();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: 'test',
    folder: readme,
    clip: { x: 0, y: 0, width: 1120, height: 330 },
    async prepare(window) {
      const { bench, page } = window;
      await bench.activity('Explorer');
      await bench.command('View: Close All Editors');
      await bench.command('Notifications: Clear All Notifications');
      for (const id of ['devices-7', 'transfer-41', 'order-1043']) await saveAsTest(window, id);
      await bench.command('View: Toggle Word Wrap');
      await page.locator('.explorer-folders-view [role=treeitem][aria-label^="recordings"]').first().click();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: 'test-view',
    folder: readme,
    async prepare(window) {
      const { bench, page } = window;
      await bench.command('View: Close All Editors');
      await bench.activity('Durascope');
      await openCode(window, 'ApprovalWorkflow', 'human-interaction.js');
      await bench.command('View: Toggle Word Wrap');
      const file = approvalFile(window);
      window.approval = fs.readFileSync(file, 'utf8');
      fs.writeFileSync(file, window.approval.replace("callActivity('ProcessApproval'", "callActivity('CloseRequest'"));
      await page.locator('.view-line', { hasText: 'CloseRequest' }).waitFor();
      await bench.activity('Testing');
      await bench.command('Test: Run All Tests');
      const result = page.locator('.test-output-peek-tree .monaco-list-row', { hasText: 'order-1043' }).first();
      await result.waitFor();
      await result.click();
      const lines = fs.readFileSync(file, 'utf8').split('\n');
      await bench.gotoLine(lines.findIndex((each) => each.includes('CloseRequest')) + 1);
      await page.waitForTimeout(1500);
    },
    async after(window) {
      fs.writeFileSync(approvalFile(window), window.approval);
    },
  },
  {
    name: 'coverage',
    folder: readme,
    clip: { x: 0, y: 0, width: 1120, height: 652 },
    async prepare(window) {
      const { bench, page } = window;
      await bench.command('Test: Run All Tests with Coverage');
      const covered = bench.pane('Test Coverage').locator('.monaco-list-row', { hasText: 'human-interac' }).first();
      await covered.waitFor();
      await bench.command('View: Hide Panel');
      await covered.click();
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(1000);
      await page.keyboard.press('Control+;');
      await page.keyboard.press('Control+Shift+I');
      await page.waitForTimeout(2000);
    },
  },
  {
    name: 'debug',
    folder: walkthrough,
    colours: 20,
    // Without the debug console below.
    clip: { x: 0, y: 0, width: 1120, height: 428 },
    async prepare(window) {
      const { bench, page } = window;
      await bench.activity('Durascope');
      await bench.command('View: Close All Editors');
      await bench.command('Durascope: Stop Emulator');
      await bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first().waitFor({ timeout: 60_000 });
      await bench.debug.start('Debug function app');
      await bench.activity('Durascope');
      await fold(window, 'Functions', true);
      await bench.treeItem('ApprovalWorkflow', bench.pane('Functions')).waitFor({ timeout: 60_000 });
      await openCode(window, 'ApprovalWorkflow', 'human-interaction.js');
      await bench.debug.toggleBreakpoint(6);
      await window.emulator().start('ApprovalWorkflow', 'order-1044', { request: 'A desk lamp' });
      await page.locator('.debug-top-stack-frame-line').first().waitFor({ timeout: 60_000 });
      await bench.activity('Run and Debug');
      await page.waitForTimeout(1500);
    },
  },
];
