import assert from 'node:assert/strict';
import { hostPayloadText } from '../../src/core/values/durable-action';
import { boundedJson, dotnetJson } from '../../src/core/values/dotnet-json';

describe('JSON as the real host writes it', () => {
  const rows: [json: string, written: string][] = [
    ['[1,-2,100000000000000000000]', '[1,-2,100000000000000000000]'],
    ['[-0,-0.0]', '[0,-0.0]'],
    ['"a\u2028b\u0085"', '"a\\u2028b\\u0085"'],
    ['"\\ud800x\\\\ud800\\ud83d\\ude00"', '"\ufffdx\\\\ud800\\ud83d\\ude00"'],
    ['"a\udc00b"', '"a\ufffdb"'],
    ['1e+21', '1E+21'],
    ['1.2345678901234568e+22', '1.2345678901234568E+22'],
    ['1e-7', '1E-07'],
    ['0.000001', '1E-06'],
    ['0.0001', '0.0001'],
    ['1234567890123456.5', '1.2345678901234565E+15'],
    ['{"a":1.50,"b":2.0}', '{"a":1.5,"b":2.0}'],
    ['[1e400,-1e400,"1e400"]', '["Infinity","-Infinity","1e400"]'],
    ['{"1e21":"1e21 \\" 1.0","c":1e2}', '{"1e21":"1e21 \\" 1.0","c":100.0}'],
  ];
  for (const [json, written] of rows) it(`${json} is ${written}`, () => assert.equal(dotnetJson(json), written));

  it('a number that no double holds is a text, where other numbers stay as they are', () => {
    assert.equal(boundedJson('[1e400,-2.50E+999,1.0,-0,1e2,"1e400"]'), '["Infinity","-Infinity",1.0,-0,1e2,"1e400"]');
    assert.equal(boundedJson(`[1e308,${'9'.repeat(400)}]`), `[1e308,${'9'.repeat(400)}]`);
  });

  it("Newtonsoft's own members at the start of an object go, others stay", () => {
    assert.equal(hostPayloadText({ $type: 'System.String', a: 1 }), '{"a":1}');
    assert.equal(hostPayloadText({ a: 1, $type: 'x', b: { $type: 'y' } }), '{"a":1,"$type":"x","b":{"$type":"y"}}');
    assert.equal(hostPayloadText({ $id: '1' }), '{}');
  });
});
