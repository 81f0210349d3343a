// Finds a VS Code desktop for the tests in the extension host: named, or downloaded by @vscode/test-electron.
import fs from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheDir } from './places.mjs';

const noAnswerMs = 20_000;

/**
 * `{ executable }`, or `{ why }` in words when there is none. `DURASCOPE_TEST_EDITOR`: `desktop` or `browser` decides it;
 * `VSCODE_EXECUTABLE` names an installed one.
 * @returns {Promise<{ executable: string } | { why: string }>}
 */
export async function findDesktop() {
  const wanted = process.env.DURASCOPE_TEST_EDITOR;
  if (wanted === 'browser') return { why: 'DURASCOPE_TEST_EDITOR asks for the browser' };
  const named = process.env.VSCODE_EXECUTABLE;
  if (named !== undefined && named !== '') {
    if (!fs.existsSync(named)) throw new Error(`VSCODE_EXECUTABLE names ${named}, which is not there.`);
    return { executable: named };
  }
  const hasDisplay = process.platform !== 'linux' || (process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY ?? '') !== '';
  if (!hasDisplay && wanted !== 'desktop') return { why: 'this machine has no display' };
  try {
    const cachePath = path.join(path.dirname(cacheDir), 'vscode-desktop');
    return { executable: await downloadAndUnzipVSCode({ version: 'stable', cachePath, timeout: noAnswerMs }) };
  } catch (error) {
    if (wanted === 'desktop') throw error;
    return { why: `it cannot be downloaded here (${error instanceof Error ? error.message : String(error)})` };
  }
}
