import Module from 'node:module';
import path from 'node:path';

/**
 * `import()` of a URL. Written as ever it fails in code that comes out of the cache of ours (code-cache.ts): V8 has forgotten there who loads for it.
 * This function is compiled anew each time.
 */
export const importModule = makeImport();

function makeImport(): (url: string) => Promise<unknown> {
  // Node.js has a cache of its own, which forgets nothing.
  if ('enableCompileCache' in Module) return (url) => import(url);
  const file = path.join(__dirname, 'import-module.js');
  const module = new Module(file) as Module & { _compile(code: string, file: string): void };
  module._compile('module.exports = (url) => import(url);', file);
  return module.exports as (url: string) => Promise<unknown>;
}
