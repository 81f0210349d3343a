import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compactJson } from '../../src/http/json-body';
import { booleanValue, dateValue, integerValue, secondsValue, statusesValue } from '../../src/http/parameter-values';
import { formDecode, formEncode, parseQuery, percentDecode } from '../../src/http/url-text';

describe('parameter values', () => {
  it('http 2.1: booleans are true and false in any case, anything else is absent', () => {
    assert.deepEqual(
      ['true', ' TRUE ', 'False', '1', 'yes', '', undefined].map((text) => booleanValue(text, true)),
      [true, true, false, true, true, true, true],
    );
  });

  it('http 2.2: integers and seconds that do not parse are absent', () => {
    assert.deepEqual(['5', ' -5 ', '+5', '5.5', 'x', '', undefined].map(integerValue), [
      5,
      -5,
      5,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual(['5', '0.25', '.5', '1e1', '-1', 'x', '', '1e999', undefined].map(secondsValue), [
      5000,
      250,
      500,
      10_000,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  const dates: [text: string, time: string | undefined][] = [
    ['2024-01-31', '2024-01-31T00:00:00.0000000Z'],
    ['2024-01-31T10:20:30', '2024-01-31T10:20:30.0000000Z'],
    ['2024-01-31T10:20:30.1234567Z', '2024-01-31T10:20:30.1234567Z'],
    ['2024-01-31 10:20', '2024-01-31T10:20:00.0000000Z'],
    ['2024-01-31T10:20:30+02:00', '2024-01-31T08:20:30.0000000Z'],
    ['2024-01-31T10:20:30.5-0130', '2024-01-31T11:50:30.5000000Z'],
    ['1/31/2024 10:00:00', '2024-01-31T10:00:00.0000000Z'],
    ['1/31/2024 12:00 AM', '2024-01-31T00:00:00.0000000Z'],
    ['1/31/2024 12:00:05 PM', '2024-01-31T12:00:05.0000000Z'],
    ['Wed, 31 Jan 2024 10:00:00 GMT', '2024-01-31T10:00:00.0000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.0000000Z'],
    ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.9999999Z'],
    ['0001-01-01T00:00:00+14:00', '0001-01-01T00:00:00.0000000Z'],
    ['2024-02-30', undefined],
    ['2024-01-31T25:00:00Z', undefined],
    ['13/31/2024', undefined],
    ['foo 1', undefined],
    ['1', undefined],
    ['2024', undefined],
    ['', undefined],
  ];
  for (const [text, time] of dates) {
    it(`http 2.2: the date '${text}' is ${time ?? 'absent'}`, () => {
      assert.equal(dateValue(text), time);
    });
  }

  it('http 2.3: statuses by exact name or number; absent is not the same as nothing valid', () => {
    assert.deepEqual(statusesValue('Running, Failed,running,7,-1,99,constructor'), ['Running', 'Failed', 'Suspended']);
    assert.deepEqual(statusesValue('nothing'), []);
    assert.equal(statusesValue(' '), undefined);
  });

  it('http 1.4: queries have names of any case, pieces without a name, repeated names and plus for a blank', () => {
    assert.deepEqual(
      [...parseQuery('A=1&a=2&x+y=%41+b&alone&=v&&c=')],
      [
        ['a', '1,2'],
        ['x y', 'A b'],
        ['', 'alone,v'],
        ['c', ''],
      ],
    );
  });

  it('any text is read back from its form encoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(formDecode(formEncode(text)), text);
        assert.match(formEncode(text), /^[\w.\-!*()%+]*$/);
      }),
    );
  });

  it('decoding accepts anything: broken escapes stay as they are', () => {
    assert.equal(percentDecode('%41%zz%E0%A4%A%C3%A9%'), 'A%zz%E0%A4%Aé%');
    fc.assert(fc.property(fc.string(), (text) => typeof formDecode(text) === 'string'));
  });

  it('compacting JSON keeps its meaning and its texts', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        assert.equal(compactJson(`\n ${spaced}\t`), JSON.stringify(JSON.parse(text)));
      }),
    );
    const long = JSON.stringify(['x"\\ y '.repeat(300_000)]);
    assert.equal(compactJson(` ${long}`), long);
  });
});
