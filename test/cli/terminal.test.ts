import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { gathered } from '../../src/cli/terminal';

describe('what a command prints', () => {
  const written: string[] = [];
  beforeEach(() => {
    written.length = 0;
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => mock.timers.reset());

  it('is written a moment later, lines that came together in one piece', () => {
    const { print } = gathered((text) => written.push(text));
    print('a');
    print('b');
    assert.deepEqual(written, []);
    mock.timers.tick(50);
    print('c');
    mock.timers.tick(50);
    assert.deepEqual(written, ['a\nb\n', 'c\n']);
  });

  it('does not pile up', () => {
    const { print } = gathered((text) => written.push(text));
    print('x'.repeat(20_000));
    assert.deepEqual(written, [`${'x'.repeat(20_000)}\n`]);
    mock.timers.tick(50);
    assert.equal(written.length, 1);
  });

  it('may be a part of a line, as long as a text can be, whatever waits before it', () => {
    const { print, write } = gathered((text) => written.push(text));
    print('before');
    write('x'.repeat(20_000));
    write('\n');
    mock.timers.tick(50);
    assert.deepEqual(written, ['before\n', 'x'.repeat(20_000), '\n']);
  });

  it('is written at once when asked for', () => {
    const { print, flush } = gathered((text) => written.push(text));
    print('last words');
    flush();
    flush();
    assert.deepEqual(written, ['last words\n']);
  });
});
