import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import { instanceRow, openInstance, panelFrame, screenshot, startEmulator, useEditor } from './editor-window.mjs';

const freePort = async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};
const grpcPort = await freePort();

// One window, one story: each part goes on where the one before it ended.
describe('an instance of a connected program in a real VS Code', function () {
  this.timeout(900_000);
  const window = useEditor({
    fixture: 'connected',
    settings: { 'durascope.grpcPort': grpcPort, 'debug.internalConsoleOptions': 'neverOpen' },
  });
  let program;
  const source = () => path.join(window.app, 'program', 'worker.js');
  const line = () =>
    fs
      .readFileSync(source(), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('function* BookTrip')) + 1;
  const stopProgram = async () => {
    if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
    program.kill('SIGKILL');
    await once(program, 'exit');
  };
  after(stopProgram);

  it('appears in the tree with its program, once the program has run it', async () => {
    const { bench } = window;
    await startEmulator(window);
    await bench.treeItem('OfTheApp', bench.pane('Functions')).waitFor();
    program = spawn(process.execPath, [source()], {
      env: { ...process.env, DURASCOPE_ADDRESS: `localhost:${grpcPort}` },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await instanceRow(window, 'BookTrip, Completed').waitFor();
    await bench.treeItem('JavaScript', bench.pane('Functions')).waitFor();
  });

  it('is stepped through in the debugger, at its source, without variables of the code', async () => {
    const { bench } = window;
    await bench.contextMenu(instanceRow(window, 'BookTrip, Completed'), 'Step through Replay');
    await bench.debug.toolbar.waitFor();
    await bench.debug.untilLine(line());
    await bench.activity('Run and Debug');
    await bench.debug.untilVariable('customStatus', 'null');
    await bench.debug.press('Step Over');
    await bench.debug.untilVariable('customStatus', '{"flight":"Flight to Oslo booked"}');
    await bench.debug.press('Step Back');
    await bench.debug.untilVariable('customStatus', 'null');
    await screenshot(window, 'connected-debugger');
    await bench.debug.stop();
  });

  it('is stepped through by the slider in its panel, there and back', async () => {
    const { bench, page } = window;
    await bench.activity('Durascope');
    const overview = await openInstance(window, 'BookTrip, Completed', '#tab-replay');
    await overview.locator('#tab-replay').click();
    const frame = await panelFrame(window, '.replay-slider');
    const at = (text) => frame.locator('.replay-step', { hasText: text }).waitFor();
    const moment = async () => (await frame.locator('.replay-moment:not(.behind)').textContent()) ?? '';
    await frame.locator('.replay-note', { hasText: 'connected JavaScript program' }).waitFor();
    await at('Step 3 of 3');
    await until('the custom status at the end', async () => /Hotel in Oslo booked/.test(await moment()));
    assert.match(await moment(), /stay in the connected JavaScript program/);
    assert.equal(await frame.getByText('Debug Replay').count(), 0);
    await frame.locator('.replay-slider').focus();
    await page.keyboard.press('ArrowLeft');
    await at('Step 2 of 3');
    await until('the source and what is scheduled then', async () => {
      const text = await moment();
      return /worker\.js/.test(text) && /activity Book #2/.test(text) && !/"hotel"/.test(text);
    });
    await page.keyboard.press('ArrowLeft');
    await at('Step 1 of 3');
    await until('the first call', async () => /activity Book #1/.test(await moment()));
    await page.keyboard.press('ArrowRight');
    await at('Step 2 of 3');
    await screenshot(window, 'connected-replay-tab');
  });

  it('says which program to start when it has gone', async () => {
    await stopProgram();
    const frame = await panelFrame(window, '.replay-slider');
    await until('the refusal', async () => {
      await frame
        .getByLabel('Run the replay again')
        .first()
        .click({ timeout: 1000 })
        .catch(() => undefined);
      return (await frame.getByText("start the program that runs 'BookTrip'").count()) > 0;
    });
    await screenshot(window, 'connected-gone');
  });
});
