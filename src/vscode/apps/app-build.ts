import * as vscode from 'vscode';
import { isBelow } from '../../base/is-below';
import type { AppProblem } from '../../core/values/app-problem';
import { readText, type DurableApp } from './find-apps';
import { buildOf, isBuildDue } from '../../base/build-need';
import { BuildFailed } from '../models/load-advice';

const maxSources = 5000;

/**
 * Builds an app in TypeScript whose sources are newer than what was built of them, by its own script `build`, as a task of the editor:
 * what the compiler says becomes problems. Rejects with `BuildFailed`.
 */
export async function buildWhereDue(app: DurableApp): Promise<void> {
  const folder = vscode.Uri.file(app.appDir);
  const [packageJson, tsconfig] = await Promise.all(
    ['package.json', 'tsconfig.json'].map((name) => readText(vscode.Uri.joinPath(folder, name))),
  );
  const build = buildOf({ packageJson, hasTsconfig: tsconfig !== undefined });
  if (build === undefined) return;
  const [sources, outputs] = await Promise.all([
    changeTimes(folder, '**/*.{ts,mts,cts}', '**/{node_modules,*.d.ts}'),
    changeTimes(folder, build.outputs, '**/node_modules/**'),
  ]);
  if (!isBuildDue(sources, outputs)) return;
  const exitCode = await runNpm(app, 'build');
  if (exitCode === 0) return;
  const how = exitCode === undefined ? 'was ended' : `ended with ${exitCode}`;
  throw new BuildFailed(`${app.name} was not started: its build failed (npm run build ${how}).`, await mistakesIn(app));
}

/** What the build's task has found, once the editor shows it; none where the build failed for another reason. */
async function mistakesIn(app: DurableApp): Promise<AppProblem[]> {
  const found = (): AppProblem[] =>
    vscode.languages.getDiagnostics().flatMap(([{ fsPath: file }, all]) =>
      !isBelow(file, app.appDir)
        ? []
        : all
            .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error)
            .map(({ message, range: { start } }) => ({
              severity: 'error' as const,
              message,
              source: 'npm run build',
              file,
              line: start.line + 1,
              column: start.character + 1,
            })),
    );
  const problems = found();
  if (problems.length > 0) return problems;
  // They come after the end of the task.
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      shown.dispose();
      resolve(found());
    };
    const timer = setTimeout(done, afterBuildMs);
    const shown = vscode.languages.onDidChangeDiagnostics(() => {
      if (found().length > 0) done();
    });
  });
}

async function changeTimes(folder: vscode.Uri, include: string, exclude: string): Promise<number[]> {
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, include), exclude, maxSources);
  return Promise.all(files.map(async (file) => (await vscode.workspace.fs.stat(file)).mtime));
}

/** `npm install` or the app's own script `build`, as a task of the editor. Its exit code; undefined when it was ended from outside. */
export function runNpm(app: DurableApp, what: 'install' | 'build'): Promise<number | undefined> {
  const task = new vscode.Task(
    { type: 'npm', script: what },
    app.folder ?? vscode.TaskScope.Workspace,
    `${what} ${app.name}`,
    'Durascope',
    new vscode.ShellExecution('npm', what === 'build' ? ['run', 'build'] : ['install'], { cwd: app.appDir }),
    what === 'build' ? ['$tsc'] : [],
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, focus: false, clear: true };
  return runTask(task);
}

/** Its exit code; undefined when it was ended from outside. */
async function runTask(task: vscode.Task): Promise<number | undefined> {
  const execution = await vscode.tasks.executeTask(task);
  return new Promise((resolve) => {
    const subscriptions = [
      vscode.tasks.onDidEndTaskProcess((event) => {
        if (event.execution === execution) done(event.exitCode);
      }),
      // Without a process (the shell is missing) only this comes; with one it comes after the other.
      vscode.tasks.onDidEndTask((event) => {
        if (event.execution === execution) setTimeout(() => done(undefined), afterProcessMs);
      }),
    ];
    const done = (exitCode: number | undefined): void => {
      for (const each of subscriptions) each.dispose();
      resolve(exitCode);
    };
  });
}

const afterProcessMs = 500;
const afterBuildMs = 1_500;
