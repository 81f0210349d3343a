import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { eventually, until } from '../../support/vscode/workbench.mjs';
import {
  instanceRow,
  openInstance,
  panelFrame,
  exportedHistory,
  screenshot,
  startEmulator,
  startInstance,
  useEditor,
} from './editor-window.mjs';

/** As `tsc` would: each file by itself, with a source map beside it. */
const buildTypeScript = (app) =>
  build({
    absWorkingDir: app,
    entryPoints: ['src/**/*.ts'],
    outdir: 'dist',
    outbase: 'src',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    sourcesContent: false,
  });

// One window, one story: each part goes on where the one before it ended.
describe('stepping through a replay in a real VS Code', function () {
  this.timeout(900_000);
  const window = useEditor({
    fixture: 'stepping',
    prepare: buildTypeScript,
    // The whole file on screen: what is drawn outside is not in the document.
    settings: { 'debug.internalConsoleOptions': 'neverOpen' },
  });
  const source = () => fs.readFileSync(path.join(window.app, 'src', 'orders.ts'), 'utf8');
  const lineOf = (text) =>
    source()
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;
  const replayFrame = () => panelFrame(window, '.replay-slider');
  const isAt = (frame, text) => frame.locator('.replay-step', { hasText: text }).waitFor();
  /** Ends of lines that say what came of them, by line. */
  const inlineValues = () =>
    window.page.evaluate(() => {
      const texts = {};
      for (const editor of document.querySelectorAll('.monaco-editor')) {
        const numbers = [...editor.querySelectorAll('.line-numbers')];
        for (const line of editor.querySelectorAll('.view-line')) {
          for (const span of line.querySelectorAll('[class*=ced-]')) {
            const text = getComputedStyle(span, '::after').content;
            if (!text.includes('⇒')) continue;
            const top = Math.round(line.getBoundingClientRect().top);
            const number = numbers.find((each) => Math.round(each.getBoundingClientRect().top) === top);
            texts[number?.textContent ?? '?'] = text.slice(1, -1).replaceAll('\\"', '"').replaceAll('\u00a0', ' ');
          }
        }
      }
      return texts;
    });

  it('opens the debugger from the menu of an instance, at the line on which a helper waited first', async () => {
    const { bench } = window;
    await startEmulator(window);
    await bench.treeItem('PlaceOrder', bench.pane('Functions')).waitFor();
    await startInstance(window, 'PlaceOrder', '{"id": 7, "items": ["cup", "plate"]}');
    await instanceRow(window, 'PlaceOrder, Completed').waitFor();
    await bench.contextMenu(instanceRow(window, 'PlaceOrder, Completed'), 'Step through Replay');
    await bench.debug.toolbar.waitFor();
    await bench.debug.untilLine(lineOf("callActivity('Price'"));
    await bench.activity('Run and Debug');
    await bench.debug.untilVariable('item', "'cup'");
    await bench.debug.untilVariable('total', '0');
    // Views of the debugger and its toolbar are drawn one after another.
    await eventually(async () => {
      const names = (await bench.debug.frames()).map(({ name }) => name);
      assert.deepEqual(names, ['priceAll', 'PlaceOrder']);
    });
    await eventually(async () => {
      const names = (await bench.debug.buttons()).filter((name) => /Back|Reverse|Restart/.test(name));
      assert.deepEqual(names.sort(), ['Restart', 'Reverse', 'Step Back']);
    });
    await screenshot(window, 'replay-debugger-first');
  });

  it('steps over and back by the toolbar: the line and the variables are those of the moment', async () => {
    const { bench } = window;
    const charge = lineOf("callActivityWithRetry('Charge'");
    await bench.debug.press('Step Over');
    await bench.debug.untilVariable('item', "'plate'");
    await bench.debug.untilVariable('total', '30');
    await bench.debug.press('Step Over');
    await bench.debug.untilLine(charge);
    await bench.debug.untilVariable('total', '80');
    await until('the values at the ends of lines', async () =>
      /50 .*\(2×\)/.test((await inlineValues())[lineOf("callActivity('Price'")] ?? ''),
    );
    await screenshot(window, 'replay-debugger-dark');
    await bench.debug.press('Step Back');
    await bench.debug.untilLine(lineOf("callActivity('Price'"));
    await bench.debug.untilVariable('item', "'plate'");
    await bench.debug.press('Step Over');
    await bench.debug.untilLine(charge);
  });

  it('continues to a breakpoint and reverses to one', async () => {
    const { bench } = window;
    await bench.focusEditor();
    const deliver = lineOf("callSubOrchestrator('Deliver'");
    const price = lineOf("callActivity('Price'");
    await bench.debug.toggleBreakpoint(deliver);
    await bench.debug.press('Continue');
    await bench.debug.untilLine(deliver);
    await bench.debug.untilVariable('receipt', "'paid 80'");
    await bench.debug.toggleBreakpoint(price);
    await bench.debug.press('Reverse');
    await bench.debug.untilLine(price);
    await bench.debug.untilVariable('item', "'plate'");
    await bench.debug.toggleBreakpoint(price);
    await bench.debug.toggleBreakpoint(deliver);
  });

  it('steps into the sub-orchestration and out of it', async () => {
    const { bench } = window;
    const deliver = lineOf("callSubOrchestrator('Deliver'");
    await bench.debug.press('Step Over');
    await bench.debug.untilLine(lineOf("callActivityWithRetry('Charge'"));
    await bench.debug.press('Step Over');
    await bench.debug.untilLine(deliver);
    await bench.debug.press('Step Into');
    await bench.debug.untilLine(lineOf("callActivity('PrintLabel'"));
    await until('the stack of child and parent', async () => {
      const names = (await bench.debug.frames()).map(({ name }) => name);
      return names[0] === 'Deliver' && names.at(-1) === 'PlaceOrder';
    });
    await screenshot(window, 'replay-debugger-child');
    await bench.debug.press('Step Out');
    await until(
      'the parent at its end',
      async () => (await bench.debug.frames())[0]?.name?.startsWith('PlaceOrder (completed)') === true,
    );
    await bench.debug.stop();
  });

  it('moves by the slider in the panel: keys, source, variables, custom status and the line in the editor beside', async () => {
    const { bench, page } = window;
    await bench.activity('Durascope');
    const overview = await openInstance(window, 'PlaceOrder, Completed', '#tab-replay');
    await overview.locator('#tab-replay').click();
    // The panel beside the editor, which follows it.
    await bench.command('View: Move Editor into Next Group');
    await page.locator('.editor-group-container').nth(1).waitFor();
    const frame = await replayFrame();
    await frame.locator('.replay-slider').focus();
    await page.keyboard.press('Home');
    await isAt(frame, `Step 1 of 5, waits on line ${lineOf("callActivity('Price'")}`);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await isAt(frame, `waits on line ${lineOf("callActivityWithRetry('Charge'")}`);
    await frame.locator('.replay-moment:not(.behind)').waitFor();
    await frame.locator('.code-line.waits', { hasText: 'callActivityWithRetry' }).waitFor();
    await frame.locator('.replay-moment .json', { hasText: 'priced' }).waitFor();
    await eventually(async () => {
      assert.match(await frame.locator('.replay-variables').first().innerText(), /total:?\s*80/);
      assert.equal(await frame.locator('.replay-earlier summary').innerText(), '1 logged before');
    });
    const price = lineOf("callActivity('Price'");
    await until('the values at the ends of lines', async () => (await inlineValues())[price] !== undefined);
    await screenshot(window, 'replay-panel-dark');
    await frame.locator('.replay-slider').focus();
    await page.keyboard.press('ArrowLeft');
    await isAt(frame, 'Step 2 of 5');
    await page.keyboard.press('End');
    await isAt(frame, 'Step 5 of 5, completed');
    await frame
      .getByRole('option', { name: /TaskFailed/ })
      .first()
      .click();
    await isAt(frame, 'Step 4 of 5');
    await screenshot(window, 'replay-panel-row');
  });

  it('imports a history that was tampered with, steps to where it parts from the code and says why', async () => {
    const { bench, page } = window;
    const tampered = path.join(window.app, 'tampered.json');
    const frame = await replayFrame();
    await frame.locator('#tab-history').click();
    const rows = JSON.parse(await exportedHistory(window, frame));
    for (const row of rows) if (row.EventType === 'TaskScheduled' && row.Name === 'Charge') row.Name = 'ChargeCard';
    fs.writeFileSync(tampered, JSON.stringify(rows));
    await bench.command('Durascope: Import History…');
    // The dialog fills its field by itself at first, and takes no answer while it looks into a folder.
    await bench.quickField.waitFor();
    await until('the file to be taken', async () => {
      if (await bench.debug.toolbar.isVisible()) return true;
      // A second look into the folder begins with each change of the field: left alone while it is right.
      if ((await bench.quickField.inputValue({ timeout: 2000 })) !== tampered)
        await bench.quickField.fill(tampered, { timeout: 2000 });
      await bench.quickField.press('Enter', { timeout: 2000 });
      await bench.debug.toolbar.waitFor({ timeout: 6000 });
      return true;
    });
    await bench.debug.toolbar.waitFor();
    await bench.debug.untilLine(lineOf("callActivity('Price'"));
    await bench.debug.press('Continue');
    await page.locator('.exception-widget', { hasText: 'ChargeCard' }).first().waitFor();
    await bench.debug.untilLine(lineOf("callActivityWithRetry('Charge'"));
    await screenshot(window, 'replay-tampered-dark');
    const side = await panelFrame(window, '.replay-divergence');
    await eventually(async () => {
      const text = await side.locator('.replay-divergence').innerText();
      assert.ok(text.includes('activity ChargeCard') && text.includes('activity Charge '), text);
    });
    await eventually(async () => {
      const problems = (await bench.problems()).join('\n');
      assert.ok(problems.includes('does not replay'), problems);
    });
    await bench.debug.stop();
  });

  it('looks as well in a light theme', async () => {
    const { bench, page } = window;
    fs.mkdirSync(path.join(window.app, '.vscode'), { recursive: true });
    fs.writeFileSync(path.join(window.app, '.vscode', 'settings.json'), '{ "workbench.colorTheme": "Light Modern" }');
    await page.locator('.monaco-workbench.vs').waitFor();
    await bench.activity('Durascope');
    await bench.contextMenu(instanceRow(window, 'PlaceOrder, Completed'), 'Step through Replay');
    await bench.debug.toolbar.waitFor();
    await bench.debug.press('Step Over');
    await bench.debug.press('Step Over');
    await bench.debug.untilLine(lineOf("callActivityWithRetry('Charge'"));
    await bench.activity('Run and Debug');
    await screenshot(window, 'replay-debugger-light');
    await bench.debug.stop();
  });
});
