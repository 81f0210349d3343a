/** Flags of V8 for the time of a rehearsal (docs/decisions/0007-rehearsal.md). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { compileEarly, thresholds } from '../../src/base/early-compiling';

describe('compiling early', () => {
  const flagsOf = (versions: Record<string, string>): [early: string[], usual: string[]] => {
    const set: string[] = [];
    const asUsual = compileEarly(versions, (flag) => set.push(flag));
    const early = set.splice(0);
    asUsual();
    return [early, set];
  };

  it('asks V8 for it, and gives back what V8 has of itself', () => {
    const [early, usual] = flagsOf({ v8: '11.3.244.8-node.38' });
    assert.deepEqual(early, ['--interrupt-budget=3000', '--minimum-invocations-after-ic-update=40']);
    assert.deepEqual(usual, ['--interrupt-budget=67584', '--minimum-invocations-after-ic-update=500']);
  });

  it('leaves alone a V8 that is not known, and that of Electron', () => {
    assert.deepEqual(flagsOf({ v8: '10.2.154.26-node.22' }), [[], []]);
    assert.deepEqual(flagsOf({ v8: '12.4.254.21', electron: '31.0.0' }), [[], []]);
    assert.deepEqual(flagsOf({}), [[], []]);
  });

  it('knows what this Node.js has of itself', () => {
    const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    const version = process.versions.v8.split('.').slice(0, 2).join('.');
    for (const [flag, usual] of thresholds[version] ?? []) assert.match(options, new RegExp(`default: --${flag}=${usual}\\s`));
  });
});
