import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isActionEnabled, isActionEnabledForAny } from '../../src/webview/models/instance-actions';
import { jsonLines, unfoldedLines } from '../../src/webview/models/json-lines';
import { isSelected, nothingSelected, selectedCount, toggled, withoutGone, withRange } from '../../src/webview/models/selection';

describe('a JSON value as lines', () => {
  const textOf = (text: string, folded: ReadonlySet<number> = new Set()): string[] => {
    const lines = jsonLines(text)?.lines ?? [];
    return unfoldedLines(lines, folded).map((at) => {
      const line = lines[at];
      const summary = folded.has(at) ? (line?.folds?.summary ?? '') : '';
      return '  '.repeat(line?.depth ?? 0) + (line?.pieces.map((piece) => piece.text).join('') ?? '') + summary;
    });
  };

  it('reads as the indented text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.equal(textOf(text).join('\n'), JSON.stringify(JSON.parse(text), null, 2));
      }),
    );
  });

  it('folds a part to one line that says how much is in it', () => {
    assert.deepEqual(textOf('{"a":[1,2],"b":{}}', new Set([1])), ['{', '  "a": [… 2 items ],', '  "b": {}', '}']);
    assert.deepEqual(textOf('{"a":[1,2],"b":{}}', new Set([0])), ['{… 2 members }']);
  });

  it('is cut where it becomes too long, and is undefined for other text', () => {
    const long = jsonLines(JSON.stringify(Array.from({ length: 100 }, (_, at) => at)), 10);
    assert.equal(long?.cut, true);
    assert.ok(long.lines.length <= 12);
    assert.equal(jsonLines('not json'), undefined);
  });
});

describe('a selection', () => {
  const ids = ['a', 'b', 'c', 'd'];
  it('takes rows one by one, in a range, and all', () => {
    const one = toggled(nothingSelected, 'b', ids);
    assert.equal(isSelected(one, 'b'), true);
    const range = withRange(one, ids, 3, 1);
    assert.equal(selectedCount(range, 10), 3);
    assert.equal(selectedCount({ type: 'all' }, 10), 10);
  });
  it('keeps the loaded rows when one is dropped out of all', () => {
    const most = toggled({ type: 'all' }, 'c', ids);
    assert.deepEqual([isSelected(most, 'c'), selectedCount(most, 10)], [false, 3]);
  });
  it('loses rows that are gone', () => {
    const two = toggled(toggled(nothingSelected, 'a', ids), 'd', ids);
    assert.equal(
      selectedCount(
        withoutGone(two, (id) => id === 'a'),
        10,
      ),
      1,
    );
    assert.equal(
      withoutGone(two, () => true),
      two,
    );
  });
});

describe('actions', () => {
  const able = { rewind: true, suspend: true };
  it('are offered where they make sense and the hub can do them', () => {
    assert.equal(isActionEnabled('raiseEvent', 'Running', able), true);
    assert.equal(isActionEnabled('raiseEvent', 'Completed', able), false);
    assert.equal(isActionEnabled('rewind', 'Failed', able), true);
    assert.equal(isActionEnabled('rewind', 'Failed', { ...able, rewind: false }), false);
    assert.equal(isActionEnabled('suspend', 'Running', { ...able, suspend: false }), false);
    assert.equal(isActionEnabledForAny('purge', ['Running', 'Failed'], able), true);
    assert.equal(isActionEnabledForAny('purge', ['Running'], able), false);
  });
});
