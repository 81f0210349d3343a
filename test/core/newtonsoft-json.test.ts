import assert from 'node:assert/strict';
import { lenientJson, maxJsonDepth, NewtonsoftError, rewrittenJson } from '../../src/core/values/newtonsoft-json';

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
    assert.deepEqual(
      ["{'a':1}", '5 apples', 'undefined', ''].map((text) => lenientJson(text)),
      ['{"a":1}', null, null, null],
    );
  });

  it('where only the first value is read, what follows does not matter', () => {
    const read = ['"x"\ny', '5 apples', 'true story', 'null and void', "'a' b", '[1] x', 'enough', '5apples', '[draft]', '{oops'];
    const first = ['"x"', '5', 'true', 'null', '"a"', '[1]', null, null, null, null];
    assert.deepEqual(
      read.map((text) => lenientJson(text, false)),
      first,
    );
  });

  const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

  // Recorded: `event-deep-64`, `event-deep-65`, `start-deep-65`.
  it('takes 64 containers in one another, of either kind, and names the limit for one more', () => {
    for (const text of [nested(maxJsonDepth, '[', ']'), `${'{"a":'.repeat(maxJsonDepth)}1${'}'.repeat(maxJsonDepth)}`]) {
      assert.equal(rewrittenJson(text, true), text);
    }
    const tooDeep = { message: /The reader's MaxDepth of 64 has been exceeded\./ };
    assert.throws(() => rewrittenJson(nested(maxJsonDepth + 1, '[', ']'), true), tooDeep);
    assert.throws(() => rewrittenJson(nested(maxJsonDepth + 1, '{"a":', '}'), true), tooDeep);
    assert.equal(
      rewrittenJson(`[${nested(63, '[', ']')},${nested(63, '[', ']')}]`, true),
      `[${nested(63, '[', ']')},${nested(63, '[', ']')}]`,
    );
    assert.throws(() => rewrittenJson(nested(100_000, '[', ''), true), tooDeep);
  });
});
