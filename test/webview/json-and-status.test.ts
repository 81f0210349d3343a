import assert from 'node:assert/strict';
import fc from 'fast-check';
import { customStatusMeter, customStatusSteps } from '../../src/webview/models/custom-status';
import { findJsonMistake, jsonLine, prettyJson } from '../../src/base/json-text';

describe('JSON that a user types', () => {
  it('is refused exactly when it is not JSON', () => {
    const nearlyJson = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', '}', '[', 'x', '0', '\\'))
      .map(([text, at, extra]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + extra + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), nearlyJson), (text) => {
        let good = text.trim() === '';
        try {
          JSON.parse(text);
          good = true;
        } catch {
          // Not JSON.
        }
        const mistake = findJsonMistake(text);
        assert.equal(mistake === undefined, good, JSON.stringify({ text, mistake }));
        if (mistake !== undefined)
          assert.ok(mistake.offset >= 0 && mistake.offset <= text.length && mistake.message !== '', text);
      }),
      { numRuns: 500 },
    );
  });

  const cases: [text: string, line1: number, column1: number, message: RegExp][] = [
    ['{"a": 1,}', 1, 9, /comma/],
    ['{\n  "a": hello\n}', 2, 8, /double quotes/],
    ["{'a': 1}", 1, 2, /double quotes/],
    ['[1, 2', 1, 6, /too early/],
    ['[1,]', 1, 4, /comma/],
    ['"abc', 1, 1, /too early/],
    ['{"a" 1}', 1, 6, /colon/],
    ['{} 1', 1, 4, /only one value/],
    ['hello', 1, 1, /with its quotes: "hello"/],
    ['01', 1, 2, /only one value/],
    ['"a\\x"', 1, 1, /escape/],
  ];
  for (const [text, line1, column1, message] of cases) {
    it(`has its mistake marked: ${JSON.stringify(text)}`, () => {
      const mistake = findJsonMistake(text);
      assert.match(mistake?.message ?? '', message);
      assert.deepEqual([mistake?.line1, mistake?.column1], [line1, column1]);
    });
  }

  it('is shown indented, and other text as it is', () => {
    assert.equal(prettyJson('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}');
    assert.equal(prettyJson('plain reason'), 'plain reason');
  });
});

describe('the custom status', () => {
  it('passes up to 17,407 bytes and fails from 17,408 (spec/engine.md 4)', () => {
    assert.equal(customStatusMeter('x'.repeat(17_406 / 2)).level, 'near');
    assert.equal(customStatusMeter('x'.repeat(17_408 / 2)).level, 'over');
    assert.equal(customStatusMeter('x'.repeat(17_408 / 2)).bytes, 17_408);
    assert.deepEqual(customStatusMeter(null), { bytes: 0, ratio: 0, level: 'ok' });
    assert.equal(customStatusMeter('"Tokyo"').bytes, 14);
  });

  it('lists its values newest first, with the time each stood', () => {
    const changes = [
      { at: '2024-01-01T00:00:00.0000000Z', value: '"Tokyo"' },
      { at: '2024-01-01T00:00:02.0000000Z', value: '"Seattle"' },
    ];
    assert.deepEqual(customStatusSteps(changes, null), [
      { value: '"Seattle"', at: changes[1]?.at, stoodMs: null },
      { value: '"Tokyo"', at: changes[0]?.at, stoodMs: 2000 },
    ]);
    assert.equal(customStatusSteps(changes, Date.UTC(2024, 0, 1, 0, 0, 5))[0]?.stoodMs, 3000);
  });

  it('fits on a line', () => {
    assert.equal(jsonLine('"Tokyo"', 80), 'Tokyo');
    assert.equal(jsonLine('{"a":\n1}', 80), '{"a":1}');
    assert.equal(jsonLine(null, 80), '');
    assert.equal(jsonLine(`"${'x'.repeat(100)}"`, 10), 'xxxxxxxxx…');
  });
});
