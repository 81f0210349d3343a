import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { checkIn } from '../../src/replay/explore/check';
import type { ExploredRun } from '../../src/replay/explore/exploration';

const run: ExploredRun = { status: 'Completed', output: 7, calls: [], entities: {}, schedule: 'c0' };

describe('a check of explored runs that a user writes', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'durascope-check-'))));
  after(() => rm(folder, { recursive: true, force: true }));
  const check = async (name: string, text: string): Promise<ReturnType<typeof checkIn>> => {
    const file = path.join(folder, `${name}.cjs`);
    await writeFile(file, text);
    return checkIn(file, '--check');
  };
  const refused = (message: RegExp) => (error: unknown) =>
    DurascopeError.is(error, 'InvalidArgument') && message.test(error.message);

  it('says what is wrong by what it returns, or by what it throws', async () => {
    for (const [name, text, said] of [
      ['text', 'module.exports = ({ output }) => `not ${output}`', 'not 7'],
      ['nothing', 'exports.check = () => undefined', undefined],
      ['yes', 'exports.default = () => true', undefined],
      ['no', 'exports.check = () => false', 'the check of the run says no'],
      [
        'assertion',
        "const assert = require('node:assert/strict'); module.exports = ({ output }) => assert.equal(output, 8)",
        'the check throws: Expected values to be strictly equal: 7 !== 8',
      ],
      ['other', "module.exports = () => { throw 'a text' }", 'the check throws: a text'],
    ] as const) {
      assert.equal((await check(name, text))(run), said, name);
    }
  });

  it('is refused by its name where it says nothing at once, is no function, or cannot be loaded', async () => {
    const late = await check('late', "module.exports = async () => { throw new Error('late') }");
    assert.throws(() => late(run), refused(/late\.cjs', whose function gives a promise: let it say at once what is wrong/));
    await assert.rejects(check('none', 'exports.x = 1'), refused(/which exports no function/));
    await assert.rejects(check('broken', 'not js ('), refused(/cannot be loaded: Unexpected identifier/));
    assert.throws(
      () => checkIn(path.join(folder, 'nowhere.cjs'), '--check'),
      refused(/cannot be loaded: Cannot find module '\S+'$/),
    );
  });
});
