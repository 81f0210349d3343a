import assert from 'node:assert/strict';
import { queryUnder } from '../../src/webview/dashboard/theme';

describe("the dashboard's theme", () => {
  it('answers what a style asks of the system by what the user wants', () => {
    const query = '(prefers-contrast: more) and (prefers-color-scheme: dark)';
    assert.equal(queryUnder('system', query), query);
    assert.equal(queryUnder('dark', query), '(prefers-contrast: more) and (min-width: 0px)');
    assert.equal(queryUnder('light', query), '(prefers-contrast: more) and (max-width: 0px)');
    assert.equal(queryUnder('light', '(prefers-color-scheme:light)'), '(min-width: 0px)');
    assert.equal(queryUnder('dark', '(max-width: 600px)'), '(max-width: 600px)');
  });
});
