import { createRequire } from 'node:module';
import { until } from '../../support/vscode/workbench.mjs';
import { openPanelOf, openReplayTab, screenshot, useEditor } from './editor-window.mjs';

const { startSqlServer } = createRequire(import.meta.url)('../../hubs/for-the-editor.cjs');

// One window, one story. The server has what SQL Server's provider has left, and the app the code of it.
describe('a task hub in SQL Server in a real VS Code', function () {
  this.timeout(900_000);
  let server;
  const window = useEditor({
    fixture: 'shop',
    settings: { 'workbench.colorTheme': 'Light Modern' },
    prepare: async () => (server = await startSqlServer()),
  });
  after(() => server?.stop());
  const pane = () => window.bench.pane('Task Hubs');
  const item = (label) => pane().locator(`[role=treeitem][aria-label*="${label}"]`).first();
  const says = (what, text) => until(what, async () => text.test((await pane().textContent()) ?? ''));

  it('is attached once its connection string is mended, without typing it again', async () => {
    const { bench, page } = window;
    await bench.activity('Durascope');
    await bench.command('Durascope: Attach to Task Hub…');
    await bench.pick('Another one…');
    await bench.quickField.fill(`Server=127.0.0.1,${server.port};User ID=shop;Password=s3cr3t;Encrypt=False`);
    await page.keyboard.press('Enter');
    await bench.quickInput.getByText('names no database').waitFor();
    await screenshot(window, 'sql-no-database');
    await page.keyboard.press('End');
    await page.keyboard.type(';Database=hub');
    await page.keyboard.press('Enter');
    await item('All instances').waitFor();
    await says('the sign and the pace', /read only · every 5 s/);
  });

  it('shows an instance with its replay by the code in the workspace', async () => {
    const { bench, page } = window;
    await bench.command('Durascope: Filter Instances of a Task Hub…');
    await bench.quickField.fill('chain-1');
    await page.keyboard.press('Enter');
    const frame = await openPanelOf(window, item('Chain, '), '[data-read-only]');
    await screenshot(window, 'sql-panel');
    await openReplayTab(window, frame);
    await screenshot(window, 'sql-replay');
  });

  it('has a sign while its server does not answer, and goes on by itself', async () => {
    const { port } = server;
    await server.stop();
    await says('that it is away', /cannot be reached, tried every/);
    await screenshot(window, 'sql-away');
    server = await startSqlServer(port);
    await says('that it is back', /read only · every/);
    await item('Chain, ').waitFor();
    await screenshot(window, 'sql-back');
  });
});
