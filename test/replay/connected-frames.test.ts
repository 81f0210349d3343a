/** What is said of the place at which an orchestrator stands whose program does not tell it. */
import assert from 'node:assert/strict';
import type { ReplayFrame, ReplayRequest, ReplayRun } from '../../src/core/ports/replay-worker';
import { type ConnectedReplayOptions, ConnectedReplayWorker } from '../../src/replay/connected-replay-worker';

describe('a frame of a program that tells no lines', () => {
  const request: ReplayRequest = { instanceId: 'a', executionId: 'b', functionName: 'Story', history: [] };

  async function frameIn(file: string, findPlaces?: ConnectedReplayOptions['findPlaces']): Promise<ReplayFrame | undefined> {
    const frame = { name: 'Story', place: null, note: null };
    const run = { moments: [{ rows: 1, decisions: [], frames: [frame] }], program: 'app' } as unknown as ReplayRun;
    const worker = new ConnectedReplayWorker({
      replays: { open: () => Promise.resolve({ id: '1', run }) } as unknown as ConnectedReplayOptions['replays'],
      functionNames: () => null,
      findSource: () => Promise.resolve({ place: { file, line: 3, column: 1 }, text: '' }),
      ...(findPlaces === undefined ? {} : { findPlaces }),
    });
    return (await worker.open(request)).run.moments[0]?.frames[0];
  }
  const unsure: ConnectedReplayOptions['findPlaces'] = (_source, _request, { moments }) =>
    Promise.resolve(moments.map(() => null));

  it('says why it shows where the code begins', async () => {
    const begins = async (file: string, find?: ConnectedReplayOptions['findPlaces']): Promise<string> => {
      const frame = await frameIn(file, find);
      assert.equal(frame?.place?.line, 3);
      return frame.note ?? '';
    };
    assert.match(await begins('/a/Story.cs', unsure), /cannot be told for sure/);
    assert.match(await begins('/a/Story.fs', unsure), /in C#, and not in F#/);
    assert.match(await begins('/a/Story.vb', unsure), /in C#, and not in F#/);
    assert.match(await begins('/a/story.py'), /does not tell the line/);
  });

  it('is the line, where that is found', async () => {
    const place = { file: '/a/Story.cs', line: 7, column: 5 };
    const found = await frameIn('/a/Story.cs', () => Promise.resolve([[{ name: 'Story', place }]]));
    assert.deepEqual(found, { name: 'Story', place, note: null });
  });
});
