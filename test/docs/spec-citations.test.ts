// What comments, tests and pages cite of docs/spec leads somewhere; so does every link between the pages of the project.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const pages = readdirSync(path.join(root, 'docs/spec'))
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => name.slice(0, -3));

/** Numbers of the sections of a page, and of the items in each: `6`, `6.11`, `2.2.3`. */
function numbersOf(page: string): Set<string> {
  const numbers = new Set<string>();
  const folder = path.join(root, 'docs/spec', page);
  for (const file of readdirSync(folder)) {
    let section = '';
    for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n')) {
      const heading = /^#+ (\d+(?:\.\d+)*)[. ]/.exec(line)?.[1];
      if (heading !== undefined) {
        section = heading;
        const parts = heading.split('.');
        while (parts.length > 0) {
          numbers.add(parts.join('.'));
          parts.pop();
        }
      }
      const item = /^ *(?:- )?\**(\d+)\. /.exec(line)?.[1];
      if (item !== undefined) numbers.add(`${section}.${item}`);
    }
  }
  return numbers;
}

/** Files of the project as text, with their paths from the root. */
function textFiles(pattern: RegExp): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  return listed.split('\n').filter((file) => pattern.test(file) && existsSync(path.join(root, file)));
}

describe('the specification in docs/spec', () => {
  it('has what is cited of it', () => {
    const known = new Map(pages.map((page) => [page, numbersOf(page)]));
    const citation = new RegExp(
      `\\b(${pages.join('|')})\\.md,? (?:section )?(\\d+(?:\\.\\d+)*(?:(?:, | and | to )\\d+(?:\\.\\d+)*)*)`,
      'g',
    );
    const astray: string[] = [];
    let found = 0;
    for (const file of textFiles(/^(src|test|bench)\/.*\.(ts|tsx|mjs|cjs)$|\.md$/)) {
      const text = readFileSync(path.join(root, file), 'utf8').replaceAll(/\n\s*(\*|\/\/)? ?/g, ' ');
      for (const [whole, page = '', numbers = ''] of text.matchAll(citation)) {
        for (const number of numbers.split(/, | and | to /)) {
          found += 1;
          if (known.get(page)?.has(number) !== true) astray.push(`${file}: ${whole}`);
        }
      }
    }
    assert.deepEqual(astray, []);
    assert.ok(found > 100, `only ${found} citations were found`);
  });

  it('is named by every comment and test in the form that leads there', () => {
    const unknown: string[] = [];
    for (const file of textFiles(/^(src|test|bench)\/.*\.(ts|tsx)$/)) {
      for (const [whole, page = ''] of readFileSync(path.join(root, file), 'utf8').matchAll(/\bspec\/([a-z-]+)\.md/gi)) {
        if (!pages.includes(page)) unknown.push(`${file}: ${whole}`);
      }
    }
    assert.deepEqual(unknown, []);
  });
});

describe('the pages of the project', () => {
  it('link to what is there', () => {
    const broken: string[] = [];
    for (const file of textFiles(/\.md$/)) {
      const text = readFileSync(path.join(root, file), 'utf8').replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:|^#/.test(target)) continue;
        const at = path.join(root, path.dirname(file), decodeURIComponent(target.split('#')[0] ?? ''));
        if (!existsSync(at)) broken.push(`${file}: ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });
});
