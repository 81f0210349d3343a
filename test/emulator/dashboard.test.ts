import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dashboardFrom } from '../../src/emulator/dashboard';
import type { Dashboard } from '../../src/http/durascope-api';
import type { Reply } from '../../src/http/exchange';
import { fetchResponse } from '../../src/http/fetch-exchange';

describe('the dashboard', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'durascope-dashboard-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('serves its page under a strict policy, and the files of the build', async () => {
    await writeFile(path.join(dir, 'panels.js'), 'run();');
    await writeFile(path.join(dir, 'codicon.ttf'), new Uint8Array([0, 255]));
    const dashboard = dashboardFrom(dir);
    const page = fetchResponse(await answerOf(dashboard, '/'));
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/);
    const html = await page.text();
    assert.match(html, /<div id="root"><\/div>/);
    assert.doesNotMatch(html, /<script>|style=/);
    const script = fetchResponse(await answerOf(dashboard, '/panels.js'));
    assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.equal(await script.text(), 'run();');
    assert.equal(fetchResponse(await answerOf(dashboard, '/codicon.ttf')).headers.get('content-type'), 'font/ttf');
  });

  it('serves nothing from outside of the build, and no other kinds of files', async () => {
    await writeFile(path.join(dir, 'panels.js'), 'run();');
    await writeFile(path.join(dir, 'secret.json'), '{}');
    const dashboard = dashboardFrom(dir);
    for (const asked of ['/../package.json', '/..%2fx.js', '/a/b.js', '/secret.json', '/.js', '/none.js', '']) {
      assert.equal(await dashboard(asked), undefined, asked);
    }
  });

  it('leaves the small page in place where there is no build', async () => {
    assert.equal(await dashboardFrom(dir)('/'), undefined);
  });
});

async function answerOf(dashboard: Dashboard, path: string): Promise<Reply> {
  const reply = await dashboard(path);
  assert.ok(reply !== undefined, path);
  return reply;
}
