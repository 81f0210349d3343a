import assert from 'node:assert/strict';
import { problemNodes, problemsByFile, problemsOfError } from '../../src/vscode/models/app-problems';

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

describe('what keeps an app from being loaded, in the functions view', () => {
  const rows = (error: Parameters<typeof problemNodes>[0]): string[] =>
    problemNodes(error).map(({ label, description, contextValue }) => `${label} | ${description} | ${contextValue}`);

  it('is a row a mistake: where it is, then what, and what helps on the first', () => {
    const problems = [
      {
        severity: 'error',
        message: 'no such name',
        file: '/app/A.cs',
        line: 7,
        column: 5,
        source: 'dotnet build',
        code: 'CS0103',
      },
      { severity: 'warning', message: 'old', file: '/app/A.cs', line: 1, source: 'dotnet build' },
      { severity: 'error', message: '; expected', file: 'C:\\app\\B.cs', line: 9, source: 'dotnet build', code: 'CS1002' },
    ] as const;
    const error = { type: 'appError', message: 'The app cannot be built', problems } as const;
    assert.deepEqual(rows(error), [
      'A.cs:7 | CS0103: no such name | problem broken line',
      'B.cs:9 | CS1002: ; expected | problem',
    ]);
    assert.deepEqual(
      problemNodes(error).map(({ place }) => place),
      [
        { file: '/app/A.cs', line: 7, column: 5 },
        { file: 'C:\\app\\B.cs', line: 9 },
      ],
    );
  });

  it('names the folder of a function whose file has the name of all others, and does not say the file twice', () => {
    const message = `Function "Greet" cannot be loaded: The script file '/app/Greet/run.ps1' has parsing errors:\nMissing closing '}'.`;
    assert.deepEqual(rows({ type: 'appError', message, file: '/app/Greet/run.ps1' }), [
      "Greet/run.ps1 | Missing closing '}'. | problem broken file",
    ]);
    const thrown = 'src/a.js cannot be loaded (src/a.js:2): SyntaxError: Unexpected token';
    assert.deepEqual(rows({ type: 'appError', message: thrown, file: '/app/src/a.js', line: 2 }), [
      'a.js:2 | SyntaxError: Unexpected token | problem broken line',
    ]);
  });

  it('is said without a place where the app as a whole cannot be loaded', () => {
    const message = 'No packages. Run npm install in the app folder.';
    assert.deepEqual(rows({ type: 'appError', message }), [`Not loaded | ${message} | problem broken install`]);
    assert.equal(problemNodes({ type: 'appError', message })[0]?.place, undefined);
  });
});
