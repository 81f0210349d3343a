import assert from 'node:assert/strict';
import { type Column, renderTable } from '../../src/cli/table';
import { plainStyle } from '../../src/cli/terminal';

interface Row {
  name: string;
  text: string;
}
const columns: Column<Row>[] = [
  { header: 'Name', cell: (row) => row.name },
  { header: 'Text', cell: (row) => row.text, minWidth: 4 },
  { header: 'Rare', cell: (row) => (row.name === 'rare' ? 'x' : ''), optional: true },
];

describe('a table', () => {
  it('aligns its columns and leaves out an optional one that is empty everywhere', () => {
    const text = renderTable(
      [
        { name: 'a', text: 'one' },
        { name: 'bcdef', text: '' },
      ],
      columns,
      Infinity,
      plainStyle,
    );
    assert.equal(text, ['Name   Text', '-----  ----', 'a      one', 'bcdef'].join('\n'));
  });

  it('keeps an optional column that one row fills', () => {
    assert.match(renderTable([{ name: 'rare', text: '' }], columns, Infinity, plainStyle), /Rare/);
  });

  it('cuts the columns that may be cut until it fits', () => {
    const text = renderTable([{ name: 'name', text: 'a long text of many words' }], columns, 20, plainStyle);
    for (const line of text.split('\n')) assert.ok(line.length <= 20, line);
    assert.match(text, /a long text o…/);
  });

  it('never moves the cursor for what stands in a payload', () => {
    const text = renderTable([{ name: 'n', text: 'a\u001b[2Jb\nc\td' }], columns, Infinity, plainStyle);
    assert.equal(text.split('\n')[2], 'n     a\ufffd[2Jb c\ufffdd');
  });
});
