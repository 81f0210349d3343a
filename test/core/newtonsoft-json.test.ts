import assert from 'node:assert/strict';
import { lenientJson, NewtonsoftError, rewrittenJson } from '../../src/core/values/newtonsoft-json';

describe('JSON as Newtonsoft.Json reads it', () => {
  const taken: [text: string, written: string][] = [
    ["{'a':1}", '{"a":1}'],
    ['{ /* c */ a : 1, // d\n b$: [1,2,], }', '{"a":1,"b$":[1,2]}'],
    ['[NaN, Infinity, -Infinity]', '["NaN","Infinity","-Infinity"]'],
    [
      '[1.50, 1E2, .5, 1., -0, 0x1F, 017, 100000000000000000000, 1e400]',
      '[1.5,100.0,0.5,1.0,0,31,15,100000000000000000000,"Infinity"]',
    ],
    ['"\\u00e9\\/\\\'\\ud83d\\ude00"', '"\u00e9/\'\ud83d\ude00"'],
    ["'line\nend'", '"line\\nend"'],
    ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ['true', 'true'],
  ];
  for (const [text, written] of taken) it(`${text} is ${written}`, () => assert.equal(rewrittenJson(text, true), written));

  // Recorded: `event-words`, `start-words`, `event-bad-json`, `input-two-values`.
  const refused: [text: string, message: string][] = [
    ['', "Error reading JToken from JsonReader. Path '', line 0, position 0."],
    ['{oops', "Unexpected end while parsing unquoted property name. Path '', line 1, position 5."],
    ['not json', "Unexpected character encountered while parsing value: n. Path '', line 0, position 0."],
    ['1 2', "Additional text encountered after finished reading JSON content: 2. Path '', line 1, position 2."],
    ['[1,2', "Unexpected end of content while loading JArray. Path '[1]', line 1, position 4."],
    ['nul', "Unexpected end when reading JSON. Path '', line 1, position 3."],
    ['/x', "Unexpected end while parsing comment. Path '', line 1, position 1."],
    ['[1}', "JsonToken EndObject is not valid for closing JsonType Array. Path '', line 1, position 3."],
  ];
  for (const [text, message] of refused) {
    it(`${text} is refused: ${message}`, () =>
      assert.throws(
        () => rewrittenJson(text, true),
        (error) => {
          assert(error instanceof NewtonsoftError);
          assert.equal(error.message, message);
          return true;
        },
      ));
  }

  it('what has no JSON form is null', () => {
    assert.deepEqual(["{'a':1}", '5 apples', 'undefined', ''].map(lenientJson), ['{"a":1}', null, null, null]);
  });
});
