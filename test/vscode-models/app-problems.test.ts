import assert from 'node:assert/strict';
import { problemsByFile, problemsOfError } from '../../src/vscode/models/app-problems';

describe('problems of an app in the editor', () => {
  it('stand in their files, the whole line where no column is known; those of the app itself in host.json', () => {
    const shown = problemsByFile(
      [
        { severity: 'error', message: 'a', file: '/app/A/index.js', line: 3, source: 'Durascope' },
        { severity: 'warning', message: 'b', file: '/app/P.cs', line: 7, column: 5, source: 'dotnet build', code: 'CS1002' },
        { severity: 'error', message: 'c', file: '/app/A/index.js', source: 'Durascope' },
        { severity: 'error', message: 'd', source: 'dotnet build' },
      ],
      '/app/host.json',
    );
    const whole = { fromColumn0: 0, toColumn0: Number.MAX_SAFE_INTEGER };
    assert.deepEqual(
      [...shown],
      [
        [
          '/app/A/index.js',
          [
            { line0: 2, ...whole, message: 'a', severity: 'error', source: 'Durascope' },
            { line0: 0, ...whole, message: 'c', severity: 'error', source: 'Durascope' },
          ],
        ],
        [
          '/app/P.cs',
          [
            {
              line0: 6,
              fromColumn0: 4,
              toColumn0: 4,
              message: 'b',
              severity: 'warning',
              source: 'dotnet build',
              code: 'CS1002',
            },
          ],
        ],
        ['/app/host.json', [{ line0: 0, ...whole, message: 'd', severity: 'error', source: 'dotnet build' }]],
      ],
    );
  });

  it('of an emulator that tells no list are its one message', () => {
    assert.deepEqual(problemsOfError({ type: 'appError', message: 'no', file: '/app/a.js', line: 2 }), [
      { severity: 'error', message: 'no', source: 'Durascope', file: '/app/a.js', line: 2 },
    ]);
  });
});
