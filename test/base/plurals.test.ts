import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { countText } from '../../src/base/count-text';

const src = path.join(__dirname, '../../src');
const things = 'instances|rows|events|lines|operations|activities|orchestrators|files|messages|entities|attempts|children|timers';
const counted = new RegExp(String.raw`\$\{[^}]*\} (?:running )?(?:${things})\b`);
/** What has looked at the number already, and what counts a part of more than one. */
const isAware = /=== 1|> 1|countText|\} of \$\{| of the /;

describe('numbers of things', () => {
  it('are said in singular and plural', () => {
    assert.deepEqual(
      [0, 1, 2, 1200].map((count) => countText(count, 'instance')),
      ['0 instances', '1 instance', '2 instances', '1,200 instances'],
    );
    assert.equal(countText(1, 'entity', 'entities'), '1 entity');
    assert.equal(countText(3, 'entity', 'entities'), '3 entities');
  });

  it('are said by that helper everywhere: no text has "(s)", none a bare number before a plural', () => {
    const bare: string[] = [];
    for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(name) || name.includes('generated')) continue;
      const lines = readFileSync(path.join(src, name), 'utf8').split('\n');
      for (const [index, line] of lines.entries()) {
        const around = lines.slice(Math.max(0, index - 2), index + 1).join('\n');
        const isBare = counted.test(line) && !isAware.test(around);
        if (isBare || /(['"`]|>)[^'"`]*[a-z]{3}\(s\)[ .:,'"`]/.test(line)) bare.push(`${name}:${index + 1}: ${line.trim()}`);
      }
    }
    assert.deepEqual(bare, []);
  });
});
