import assert from 'node:assert/strict';
import { compareVersions, versionMismatch } from '../../src/core/values/version';

describe('versions', () => {
  it('compares numbers by number, text by text and puts blank lowest', () => {
    const rows: [string, string, number][] = [
      ['', '', 0],
      ['', '1.0', -1],
      ['1.0', ' ', 1],
      ['1.2', '1.10', -1],
      ['2.0', '2.0', 0],
      ['2.0', '2.0.0', -1],
      ['v1', 'V1', 0],
      ['beta', 'alpha', 1],
      ['1.0', 'alpha', -1],
    ];
    for (const [a, b, sign] of rows) assert.equal(Math.sign(compareVersions(a, b)), sign, `${a} : ${b}`);
  });

  it('L14: runs the same and older versions under CurrentOrOlder', () => {
    const policy = { workerVersion: '2.0', match: 'CurrentOrOlder', failure: 'Fail' } as const;
    assert.equal(versionMismatch(policy, '1.0'), null);
    assert.equal(versionMismatch(policy, '2.0'), null);
    assert.match(versionMismatch(policy, '2.1') ?? '', /newer than the worker version '2.0'/);
  });

  it('takes Strict as plain equality and None as no check', () => {
    assert.equal(versionMismatch({ workerVersion: '1', match: 'None', failure: 'Fail' }, '9'), null);
    assert.equal(versionMismatch({ workerVersion: '1', match: 'Strict', failure: 'Fail' }, '1'), null);
    assert.ok(versionMismatch({ workerVersion: '1', match: 'Strict', failure: 'Fail' }, '1.0'));
  });
});
