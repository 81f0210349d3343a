/** A recording held against the code as it is now, for a test. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../base/error-message';
import { causeTexts, type Divergence } from '../core/history/divergence';
import { DurascopeError } from '../core/values/errors';
import { exportFileText } from '../emulator/transfer/export-file';
import { createReplays } from '../emulator/replays/replays';
import { readHistories } from '../replay/imported-history';
import { appFolder, filePath } from './app-folder';
import type { ReplayRecordingOptions } from './testing';

export async function replayRecording(file: string | URL, options: ReplayRecordingOptions = {}): Promise<void> {
  const appDir = appFolder(options.app);
  const name = filePath(file);
  const bytes = await readFile(name).catch((error: unknown) => {
    throw new DurascopeError('InvalidArgument', `The recording ${name} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const { instanceId, env, nodePath } = options;
  const all = readHistories(exportFileText(bytes));
  const histories = all.filter((each) => instanceId === undefined || each.instanceId === instanceId);
  if (histories.length === 0) {
    const ids = all.map((each) => each.instanceId).join(', ');
    throw new DurascopeError('InstanceNotFound', `The recording ${name} has no instance '${instanceId ?? ''}': it has ${ids}.`);
  }
  const replays = createReplays({
    appDir,
    log: () => undefined,
    ...(env === undefined ? {} : { env }),
    ...(nodePath === undefined ? {} : { nodePath }),
  });
  try {
    for (const { functionName, ...history } of histories) {
      if (functionName === null) {
        throw new DurascopeError('InvalidArgument', `The recording ${name} does not say which orchestrator it is of.`);
      }
      const timeline = await replays.open({ ...history, functionName });
      const { divergence } = timeline;
      await timeline.dispose();
      if (divergence !== null) {
        throw new Error(divergenceText(`${functionName} '${history.instanceId}'`, name, divergence));
      }
    }
  } finally {
    await replays.dispose();
  }
}

function divergenceText(who: string, file: string, { rowIndex, recorded, actual, place, cause, message }: Divergence): string {
  return [
    `${who} no longer goes the way that ${path.basename(file)} recorded.`,
    ...(rowIndex === null ? [] : [`  row       ${rowIndex + 1}`]),
    `  recorded  ${recorded ?? 'nothing'}`,
    `  now       ${actual ?? 'nothing'}`,
    ...(place === null ? [] : [`  at        ${place.file}:${place.line}:${place.column}`]),
    `  cause     ${causeTexts[cause].title}`,
    message,
    `Is the change wanted? Then let running instances end before it is deployed, and record the run anew.`,
  ].join('\n');
}
