import assert from 'node:assert/strict';
import { CommandsOnAHub } from './commands-on-a-hub';

describe('a command that changes something without the key of the emulator', () => {
  let commands: CommandsOnAHub;
  before(async () => {
    commands = await CommandsOnAHub.open();
  });
  after(() => commands.dispose());

  for (const [what, key] of [
    ['without one', []],
    ['with another one', ['--key', 'wrong']],
  ] as const) {
    for (const form of [[], ['--json']] as const) {
      it(`says how the command line is given it: ${what} ${form.join('')}`, async () => {
        const { code, warned } = await commands.run('purge', 'x', ...key, ...form);
        assert.notEqual(code, 0);
        assert.match(warned, /The system key is .*On the command line: --key KEY, or --url with an address that has it/);
      });
    }
  }
});
