/** "Save Run as Test": a run as a recording, and a test in the framework of the project that holds the code against it from then on. */
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import { type InstanceRow, profileOf } from '../../core/instances/instance';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { isEntityId } from '../../core/values/instance-id';
import { isTerminal } from '../../core/values/status';
import { appKind } from '../app/app-kind';
import { exportPieces, longestFile } from '../transfer/export-file';
import { replayRequestOf } from '../replays/replay-request';
import { assertFramework, fileName, type TestPlace, writeTest, type WrittenTest } from './test-project';

export interface SaveTestOptions extends TestPlace {
  hub: TaskHubClient;
  instanceId: string;
}

export interface SavedTest extends WrittenTest {
  recording: string;
}

/** Rejects with `InstanceNotFound`, `NotSupported`, and with `InstanceExists` for files that are there already (`details.files`). */
export async function saveTest(options: SaveTestOptions): Promise<SavedTest> {
  const { hub, instanceId } = options;
  const appDir = path.resolve(options.appDir);
  if (isEntityId(instanceId)) {
    throw new DurascopeError(
      'NotSupported',
      `'${instanceId}' is an entity, whose history holds no calls to replay: save a run of an orchestrator.`,
    );
  }
  const row = await hub.get(instanceId);
  if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
  if (row.historyLength === 0) {
    throw new DurascopeError(
      'NotSupported',
      `'${instanceId}' is ${row.runtimeStatus} and has no history that a test could replay: save it once it has run.`,
    );
  }
  const kind = await appKind(appDir);
  if (kind === 'dotnet' && profileOf(row) === 'G') {
    assertFramework(options.framework, ['xunit'], 'an app in C#');
    const { writeCsharpTest } = await import('./csharp-test');
    return toldOfOpen(row, await writeCsharpTest({ ...options, appDir }, await replayRequestOf(hub, instanceId)));
  }
  if (profileOf(row) !== 'A' || kind !== 'node') {
    throw new DurascopeError(
      'NotSupported',
      `Tests are written for apps in JavaScript, TypeScript and C#. Keep the run with \`durascope export ${instanceId} --out FILE\`, and let your CI run \`durascope replay FILE\`: it fails where the code goes another way.`,
    );
  }
  const name = fileName(instanceId);
  const file = `recordings/${name}.durascope.json`;
  const written = await writeTest(options, {
    name,
    title: `${row.name} still goes the way of '${instanceId}'`,
    imports: 'replayRecording',
    call: (at, app) => `replayRecording(${at(file)}, { app: ${at(app)} })`,
    comment:
      'Written by Durascope ("Save Run as Test"). No activity runs: the orchestrator is replayed over the recorded history.',
    // Of the recording, not of today: the same run is the same file.
    files: [{ file, pieces: readable(exportPieces(hub, [instanceId], row.lastUpdatedTime)) }],
    what: 'a test of this run',
  });
  return toldOfOpen(row, { ...written, recording: path.join(written.folder, file) });
}

/** An eternal orchestration never ends, and a test of how it begins is one all the same. */
function toldOfOpen({ instanceId, runtimeStatus }: InstanceRow, saved: SavedTest): SavedTest {
  if (isTerminal(runtimeStatus)) return saved;
  const text = `'${instanceId}' is ${runtimeStatus}: the test holds the code to what has happened so far. Save it again with --force once it has ended.`;
  return { ...saved, missing: saved.missing === null ? text : `${text} ${saved.missing}` };
}

/** Refused where nobody could read it back. */
async function* readable(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += Buffer.byteLength(piece);
    if (bytes > longestFile) {
      throw new DurascopeError(
        'InvalidArgument',
        'The run has more than 512 MB, and a test could not read it: save a shorter one.',
      );
    }
    yield piece;
  }
}
