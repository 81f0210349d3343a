import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FunctionDescriptor } from '../../src/core/ports/function-worker';
import { parseRequestTarget } from '../../src/http/request-target';
import { parseRouteTemplate } from '../../src/http/route-template';
import { triggerRoutes } from '../../src/http/trigger-routes';

const split = (path: string) => (path === '' ? [] : path.split('/'));

describe('route templates', () => {
  const table: [template: string, path: string, params: Record<string, string> | undefined][] = [
    ['orchestrators/{functionName}', 'orchestrators/Hello', { functionName: 'Hello' }],
    ['orchestrators/{functionName}', 'ORCHESTRATORS/Hello', { functionName: 'Hello' }],
    ['orchestrators/{functionName}', 'orchestrators', undefined],
    ['orchestrators/{functionName}', 'orchestrators/a/b', undefined],
    ['items/{id?}', 'items', {}],
    ['items/{id?}', 'items/7', { id: '7' }],
    ['items/{id=5}', 'items', { id: '5' }],
    ['items/{id:int}', 'items/-12', { id: '-12' }],
    ['items/{id:int}', 'items/x', undefined],
    ['items/{id:int?}', 'items', {}],
    ['items/{id:int=3}', 'items', { id: '3' }],
    ['items/{id:int:range(1,10)}', 'items/11', undefined],
    ['items/{id:INT:min(1)}', 'items/11', { id: '11' }],
    ['items/{id:long}', 'items/9223372036854775807', { id: '9223372036854775807' }],
    ['items/{id:long}', 'items/9223372036854775808', undefined],
    ['items/{id:guid}', 'items/9e952958-5e33-4daf-827f-2fa12937b875', { id: '9e952958-5e33-4daf-827f-2fa12937b875' }],
    ['items/{id:bool}', 'items/True', { id: 'True' }],
    ['items/{id:alpha:length(2,3)}', 'items/abcd', undefined],
    ['items/{id:minlength(2):maxlength(3)}', 'items/abc', { id: 'abc' }],
    ['items/{id:datetime}', 'items/2024-01-31', { id: '2024-01-31' }],
    ['items/{id:decimal}', 'items/1.5', { id: '1.5' }],
    ['items/{code:regex(^\\d{{3}}$)}', 'items/123', { code: '123' }],
    ['items/{code:regex(^\\d{{3}}$)}', 'items/1234', undefined],
    ['items/{code:regex(^(a|b)/?$)}', 'items/b', { code: 'b' }],
    ['files/{*rest}', 'files', {}],
    ['files/{*rest}', 'files/a/b%20c/d', { rest: 'a/b c/d' }],
    ['files/{**rest}', 'files/a/b', { rest: 'a/b' }],
    ['{*rest}', '', {}],
    ['{*rest=home}', '', { rest: 'home' }],
    ['{name}.{ext}', 'a.b.txt', { name: 'a.b', ext: 'txt' }],
    ['{name}.{ext?}', 'readme', { name: 'readme' }],
    ['{name}.{ext?}', 'readme.md', { name: 'readme', ext: 'md' }],
    ['v{version:int}/x', 'v2/x', { version: '2' }],
    ['v{version:int}/x', 'vb/x', undefined],
    ['a{{b}}', 'a%7Bb%7D', {}],
    ['/lead/', 'lead', {}],
    ['one/{a}/{b}', 'one//b', undefined],
    ['x/{a}', 'x/%E0%A4', { a: '%E0%A4' }],
    // An escaped slash stays; everything else is decoded once, in every kind of segment.
    ['x/{a}', 'x/a%2Fb%20%25', { a: 'a%2Fb %' }],
    ['x/{a}', 'x/a%2fb', { a: 'a%2fb' }],
    ['x/{a}', 'x/a%252Fb', { a: 'a%2Fb' }],
    ['x/{a?}', 'x/a%2Fb', { a: 'a%2Fb' }],
    ['x/{a:length(5)}', 'x/a%2Fb', { a: 'a%2Fb' }],
    ['x/v{a}.{b}', 'x/va%2Fb.c%20d', { a: 'a%2Fb', b: 'c d' }],
    ['x/{*rest}', 'x/a%2Fb/c%20d', { rest: 'a%2Fb/c d' }],
    ['caf\u00e9', 'caf%C3%A9', {}],
    ['x/{a}', 'x/a+b', { a: 'a+b' }],
    ['', '', {}],
  ];
  for (const [template, path, params] of table) {
    it(`'${template}' and '${path}': ${params === undefined ? 'no match' : JSON.stringify(params)}`, () => {
      assert.deepEqual(parseRouteTemplate(template).match(split(path)), params);
    });
  }

  const mistakes: [template: string, what: RegExp][] = [
    ['a/{b', /without its '}'/],
    ['a/b}', /without its '{'/],
    ['a//b', /empty segment/],
    ['{a}/{A}', /occurs twice/],
    ['{*rest}/b', /must come last/],
    ['x{*rest}', /segment to itself/],
    ['{a}{b}', /side by side/],
    ['{a:nothing}', /'nothing' is unknown/],
    ['{a:length(x)}', /'length\(x\)'/],
    ['{a:regex(()}', /'regex\(\(\)'/],
    ['{}', /not a parameter/],
    ['{a?=1}', /optional and has a default/],
  ];
  for (const [template, what] of mistakes) {
    it(`'${template}' is refused with the place of the mistake`, () => {
      assert.throws(() => parseRouteTemplate(template), what);
    });
  }

  it('any text is a template or is refused, and any path matches or does not: nothing else is thrown', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('{}a:*?=/().^$1%\\')) }),
        fc.array(fc.string()),
        (text, path) => {
          let template;
          try {
            template = parseRouteTemplate(text);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'AppInvalid');
            return;
          }
          template.match(path);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('trigger routes', () => {
  const http = (name: string, route?: string, methods?: string[]): FunctionDescriptor => ({
    name,
    type: 'http',
    triggerType: 'httpTrigger',
    ...(route !== undefined && { route }),
    ...(methods !== undefined && { methods }),
  });
  const answers = (functions: FunctionDescriptor[], method: string, path: string, prefix = 'api') =>
    triggerRoutes(functions, prefix).match(method, parseRequestTarget(path, undefined))?.functionName;

  it('literals come before constrained parameters, those before plain ones, those before catch-alls', () => {
    const functions = [
      http('All', '{*rest}'),
      http('Any', 'items/{id}'),
      http('Int', 'items/{id:int}'),
      http('Top', 'items/top'),
      http('Dot', 'items/{name}.txt'),
    ];
    assert.deepEqual(
      ['items/top', 'items/7', 'items/x', 'items/x.txt', 'items/a/b', 'other', ''].map((path) =>
        answers(functions, 'GET', `/api/${path}`),
      ),
      ['Top', 'Int', 'Any', 'Dot', 'All', 'All', 'All'],
    );
  });

  it('the route of a function without one is its name, ignoring case', () => {
    assert.equal(answers([http('Hello')], 'GET', '/API/hello/'), 'Hello');
    assert.equal(answers([http('Hello', '')], 'GET', '/api/HELLO'), 'Hello');
    assert.equal(answers([http('Hello')], 'GET', '/hello'), undefined);
    assert.equal(answers([http('Hello')], 'GET', '/api2/hello'), undefined);
  });

  it('one path can be answered by one function for each method; a method nobody lists matches nothing', () => {
    const functions = [http('Read', 'items', ['get']), http('Write', 'items', ['POST', 'put'])];
    assert.deepEqual(
      ['GET', 'POST', 'PUT', 'DELETE', 'HEAD'].map((method) => answers(functions, method, '/api/items')),
      ['Read', 'Write', 'Write', undefined, undefined],
    );
    assert.equal(answers([http('All', 'x', [])], 'DELETE', '/api/x'), 'All');
  });

  it('the prefix may be empty or have several segments', () => {
    assert.equal(answers([http('Hello')], 'GET', '/hello', ''), 'Hello');
    assert.equal(answers([http('Hello')], 'GET', '/a/b/hello', 'a/b'), 'Hello');
    assert.equal(answers([http('Root', '/')], 'GET', '/', ''), 'Root');
  });

  it('a setting in a route stays as it is written, as in the real host, and the function is named', () => {
    const routes = triggerRoutes([http('Setting', '%PLACE%/x')], 'api');
    assert.match(routes.problems[0] ?? '', /'Setting' has %PLACE% in it/);
    assert.equal(routes.match('GET', parseRequestTarget('/api/%25PLACE%25/x', undefined))?.functionName, 'Setting');
    assert.deepEqual(triggerRoutes([http('Good', 'a{p}%{q}')], 'api').problems, []);
  });

  it("the host's own addresses cannot be routes, whatever the prefix", () => {
    const routes = triggerRoutes([http('A', 'admin/x'), http('R', '/Runtime')], 'api');
    assert.equal(routes.problems.length, 2);
    assert.match(routes.problems[0] ?? '', /'A' cannot be called: .*'admin' and 'runtime'/);
  });

  it('a function with a bad route is named, the others work', () => {
    const routes = triggerRoutes([http('Bad', 'a/{b'), http('Good')], 'api');
    assert.match(routes.problems[0] ?? '', /'Bad' cannot be called: The route 'a\/\{b' is not valid/);
    assert.equal(routes.match('GET', parseRequestTarget('/api/good', undefined))?.functionName, 'Good');
  });
});
