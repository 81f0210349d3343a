import assert from 'node:assert/strict';
import fc from 'fast-check';
import { messageOf, stackOrMessage, thrownParts } from '../../src/base/error-message';

const boom = (): never => {
  throw new Error('boom');
};
const circular: { self?: unknown } = {};
circular.self = circular;
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

/** What code can throw, and the text that it keeps. */
const thrown: readonly [what: string, value: unknown, text: RegExp][] = [
  ['an error', new RangeError('too far'), /^too far$/],
  ['a text', 'just text', /^just text$/],
  ['an empty text', '', /^$/],
  ['undefined', undefined, /^undefined$/],
  ['null', null, /^null$/],
  ['a number', 42, /^42$/],
  ['a BigInt', 10n, /^10$/],
  ['a symbol', Symbol('sign'), /^Symbol\(sign\)$/],
  ['a function', function named() {}, /^the function named$/],
  ['an object', { a: 1 }, /^\{"a":1\}$/],
  ['a list', [1, 'a'], /^\[1,"a"\]$/],
  ['an object with a message', { message: 'like an error' }, /^like an error$/],
  ['an object with a message that is no text', { message: { code: 7 } }, /^\{"code":7\}$/],
  ['a circular object', circular, /no JSON form/],
  ['an object with a BigInt', { n: 1n }, /no JSON form/],
  ['an object without a prototype', Object.create(null), /^\{\}$/],
  ['a date', new Date(0), /1970/],
  ['a proxy that throws', new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom, ownKeys: boom }), /no JSON form/],
  ['a revoked proxy', revoked, /no JSON form/],
  ['a proxied function that throws', new Proxy(() => 1, { get: boom }), /^a function$/],
  ['an error whose message throws', Object.defineProperty(new Error('x'), 'message', { get: boom }), /cannot be read/],
  ['an error whose stack throws', Object.defineProperty(new Error('kept'), 'stack', { get: boom }), /^kept$/],
  ['an error whose name throws', Object.defineProperty(new Error('kept'), 'name', { get: boom }), /^kept$/],
  ['an object whose toJSON throws', { toJSON: boom }, /no JSON form/],
  ['an object whose toString throws', { toString: boom, a: 1 }, /"a":1/],
];

describe('what is said of what was thrown', () => {
  for (const [what, value, text] of thrown) {
    it(`is the best text there is: ${what}`, () => {
      assert.match(messageOf(value), text);
      const { name, message, stack } = thrownParts(value);
      assert.match(message, text);
      assert.equal(typeof name, 'string');
      assert.equal(typeof stack, 'string');
      assert.equal(typeof stackOrMessage(value), 'string');
    });
  }

  it('is its message too where the stack has none, or an older one', () => {
    const inNet = Object.assign(new Error('No workflow named Nope'), { stack: '   at App.Start() in Start.cs:line 20' });
    assert.equal(stackOrMessage(inNet), 'No workflow named Nope\n   at App.Start() in Start.cs:line 20');
    const stack = 'Error: no connection\n    at charge (charge.js:1:1)';
    const wrapped = Object.assign(new Error('Order 7: no connection'), { stack });
    assert.equal(stackOrMessage(wrapped), `Order 7: no connection\n${stack}`);
    assert.match(stackOrMessage(new Error('as it is')), /^Error: as it is\n +at /);
  });

  it('is a text for anything', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }),
        (value) => {
          assert.equal(typeof messageOf(value), 'string');
          assert.equal(typeof stackOrMessage(value), 'string');
        },
      ),
    );
  });
});
