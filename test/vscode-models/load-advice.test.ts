import assert from 'node:assert/strict';
import { firstLines, loadAdvice, mendingWords, placeOf } from '../../src/vscode/models/load-advice';

const titles = (message: string, place: { file?: string; line?: number } = {}): string[] =>
  loadAdvice({ type: 'appError', message, ...place }).map(({ title }) => title);

describe('what can be done about an app that could not be loaded', () => {
  it('is to install its packages where one is missing', () => {
    const message = "src/a.js:1: Cannot find module 'durable-functions'. Run npm install in the app folder.";
    assert.deepEqual(titles(message, { file: '/app/src/a.js', line: 1 }), ['Run npm install', 'Go to Line']);
  });

  it('is to build it where what was built is missing', () => {
    const message =
      '"main" of package.json, "dist/*.js", matches no file. The app is written in TypeScript: build it first (npm run build).';
    assert.deepEqual(titles(message, { file: '/app/package.json' }), ['Build', 'Open File']);
  });

  it('is to look at the line of a mistake, and nothing where none is known', () => {
    assert.deepEqual(titles('unexpected end of input', { file: '/app/a.js', line: 3 }), ['Go to Line']);
    assert.deepEqual(titles('the process ended with 9'), []);
  });

  it('leads to the first mistake that has a line, whatever the language', () => {
    const problem = { severity: 'error', source: 'dotnet build' } as const;
    const error = {
      type: 'appError',
      message: 'The project does not build: 2 errors.',
      problems: [
        { ...problem, message: 'a package is missing', file: '/app/shop.csproj' },
        { ...problem, severity: 'warning', message: 'unused', file: '/app/A.cs', line: 1 },
        { ...problem, message: '; expected', file: '/app/B.cs', line: 7, column: 12, code: 'CS1002' },
      ],
    } as const;
    assert.deepEqual(placeOf(error), { file: '/app/B.cs', line: 7, column: 12 });
    assert.equal(mendingWords(error), 'line');
    assert.deepEqual(placeOf({ ...error, problems: error.problems.slice(0, 2) }), { file: '/app/shop.csproj' });
    assert.equal(mendingWords({ ...error, problems: error.problems.slice(0, 1) }), 'file');
    assert.equal(placeOf({ type: 'appError', message: 'the process ended with 9' }), undefined);
    assert.equal(mendingWords({ type: 'appError', message: 'the process ended with 9' }), '');
  });

  it('is said in two lines at most', () => {
    assert.equal(firstLines('one\n\ntwo\nthree'), 'one two');
    assert.equal(firstLines('x'.repeat(500)).length, 300);
  });
});
