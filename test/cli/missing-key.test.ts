import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line';
import { plainStyle } from '../../src/cli/terminal';
import { HttpFixture } from '../http/http-fixture';

describe('a command that changes something without the key of the emulator', () => {
  const ownHome = process.env['DURASCOPE_HOME'];
  let folder = '';
  let http: HttpFixture;
  let url = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-no-key-'));
    process.env['DURASCOPE_HOME'] = folder;
    http = await HttpFixture.open();
    url = await http.listen();
  });
  after(async () => {
    if (ownHome === undefined) delete process.env['DURASCOPE_HOME'];
    else process.env['DURASCOPE_HOME'] = ownHome;
    await http.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [what, key] of [
    ['without one', []],
    ['with another one', ['--key', 'wrong']],
  ] as const) {
    for (const form of [[], ['--json']] as const) {
      it(`says how the command line is given it: ${what} ${form.join('')}`, async () => {
        const warned: string[] = [];
        const terminal = {
          print: () => undefined,
          warn: (text: string) => void warned.push(text),
          columns: 100,
          style: plainStyle,
        };
        assert.notEqual(await runCommandLine(['purge', 'x', '--url', url, ...key, ...form], '1.2.3', terminal), 0);
        assert.match(
          warned.join('\n'),
          /The system key is .*On the command line: --key KEY, or --url with an address that has it/,
        );
      });
    }
  }
});
