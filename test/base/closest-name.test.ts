import assert from 'node:assert/strict';
import { closestName } from '../../src/base/closest-name';

describe('the name that a mistyped one most likely meant', () => {
  const commands = ['start', 'show', 'replay', 'terminate', 'instances'];
  for (const [typed, meant] of [
    ['statr', 'start'],
    ['hsow', 'show'],
    ['instanses', 'instances'],
    ['termnate', 'terminate'],
    ['REPLAY', 'replay'],
    ['stance', 'instances'],
    ['sow', 'show'],
    ['xyz', undefined],
    ['trats', undefined],
    ['', undefined],
  ] as const)
    it(`${typed === '' ? 'nothing' : typed}: ${meant ?? 'none'}`, () => assert.equal(closestName(typed, commands), meant));
});
