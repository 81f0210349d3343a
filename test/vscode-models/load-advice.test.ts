import assert from 'node:assert/strict';
import { firstLines, loadAdvice } from '../../src/vscode/models/load-advice';

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

  it('is said in two lines at most', () => {
    assert.equal(firstLines('one\n\ntwo\nthree'), 'one two');
    assert.equal(firstLines('x'.repeat(500)).length, 300);
  });
});
