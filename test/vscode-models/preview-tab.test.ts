import assert from 'node:assert/strict';
import { keepsTab, PreviewTab, reusesPreview } from '../../src/vscode/models/preview-tab';

describe('the tab that single clicks share', () => {
  it('shows what was clicked last, until it is kept', () => {
    const tab = new PreviewTab();
    assert.equal(tab.key, null);
    tab.show('a', 0);
    tab.show('b', 3000);
    assert.equal(tab.key, 'b');
    assert.equal(tab.keep('a'), false);
    assert.equal(tab.keep('b'), true);
    assert.equal(tab.key, null);
  });

  it('is kept by a double click, not by two clicks far apart', () => {
    const tab = new PreviewTab();
    tab.show('a', 0);
    assert.equal(tab.click(900), false);
    assert.equal(tab.click(1800), false);
    assert.equal(tab.click(2000), true);
    assert.equal(tab.key, null);
    assert.equal(tab.click(2100), false);
  });

  it('is kept by what is done in it, not by looking around', () => {
    for (const type of ['act', 'raiseEvent', 'moveClockTo', 'startAgain', 'whatIf', 'stepTo', 'debugReplay', 'saveText'])
      assert.equal(keepsTab({ type }), true, type);
    for (const type of ['ready', 'prefer', 'openSource', 'openInstance', 'copyText', 'openReplay', 'showMoment', 'watchChild'])
      assert.equal(keepsTab({ type }), false, type);
    for (const odd of [undefined, null, 'act', {}, { type: 1 }]) assert.equal(keepsTab(odd), false);
  });

  it("follows the editor's own setting where nothing else is said", () => {
    assert.deepEqual(
      [reusesPreview('editor', true), reusesPreview('editor', false), reusesPreview(undefined, undefined)],
      [true, false, true],
    );
    assert.deepEqual([reusesPreview('on', false), reusesPreview('off', true)], [true, false]);
  });
});
