/** What helps where a file of the app could not be loaded, by how it failed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTypeScript } from '../../../../base/type-script';
import { versionOf } from './package-notes';

export interface LoadFailure {
  appDir: string;
  /** Of the error: `code` as Node.js sets it, and the text with its name. */
  code: unknown;
  message: string;
  /** Where it was thrown; null: not known. */
  file: string | null;
  /** In that file, from 1. */
  line?: number | undefined;
}

/** A sentence that begins with a blank; empty: nothing that we know of. */
export function loadHint(failure: LoadFailure): string {
  const { code, message } = failure;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') return missingModule(failure);
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return ' Build the app and point "main" at the built JavaScript.';
  if (code === 'ERR_REQUIRE_ESM') return ' Import that package with import() or make the app an ES module.';
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return ` Node.js only leaves types out, this it would have to translate: ${build}`;
  if (message.startsWith('SyntaxError')) return unreadTypes(failure) || newerSyntax(failure);
  return otherModel(message, failure.appDir);
}

const build = 'build the app and point "main" at the built JavaScript.';

function unreadTypes({ file }: LoadFailure): string {
  const readsTypes = (process.features as { typescript?: unknown }).typescript;
  if (!isTypeScript(file ?? '') || (readsTypes !== undefined && readsTypes !== false)) return '';
  return ` ${process.version} of Node.js does not read TypeScript: ${build} Node.js 24 does (durascope.nodePath), and so does a loader (languageWorkers__node__arguments: --import tsx).`;
}

/** `using lock = yield …`, which releases a lock of entities at the end of its block. */
function newerSyntax({ file, line }: LoadFailure): string {
  if (file === null || line === undefined || Number.parseInt(process.versions.node, 10) >= 24) return '';
  let text: string | undefined;
  try {
    text = readFileSync(file, 'utf8').split('\n')[line - 1];
  } catch {
    // The place may be one that a source map names.
    return '';
  }
  if (!/^\s*(await\s+)?using\s+[\w$]+\s*=/.test(text ?? '')) return '';
  return ` "using" needs Node.js 24 or later, and the app runs on ${process.version}: start Durascope with a newer one, or name it in the setting durascope.nodePath.`;
}

function missingModule({ appDir, message, file }: LoadFailure): string {
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1] ?? '';
  if (/^[./\\]|^[a-z]:/i.test(missing)) return ' Check the path, and build the app if it has to be built.';
  const name = missing.split('/', missing.startsWith('@') ? 2 : 1).join('/');
  if (name === '@azure/functions-core') return ` ${coreIsTheHosts}`;
  // What packages need is theirs to say.
  const isOwn = file === null || !file.split(path.sep).includes('node_modules');
  if (isOwn && isUnlisted(name, appDir)) return ` It is not among the dependencies in package.json: npm install ${name}.`;
  return ' Run npm install in the app folder.';
}

/** As on Azure: import statements of a bundle do not find it. */
const coreIsTheHosts =
  'That is no package: the host answers it to require() alone, so a bundle in ES modules leaves @azure/functions and durable-functions out ("external"), or is one in CommonJS.';

/** False where there is no package.json that could name it. */
function isUnlisted(name: string, appDir: string): boolean {
  try {
    const pkg = JSON.parse(readFileSync(path.join(appDir, 'package.json'), 'utf8').replace(/^\uFEFF/, '')) as unknown;
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = pkg as Record<string, object | undefined>;
    const known = { ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies };
    return name !== '' && !Object.hasOwn(known, name);
  } catch {
    return false;
  }
}

/** Code of one programming model with the package of the other: `df.orchestrator` ended with durable-functions 2, `df.app` began with 3. */
function otherModel(message: string, appDir: string): string {
  const isOlder = /\.(orchestrator|entity) is not a function/.test(message);
  const isNewer = /reading '(orchestration|activity|entity|client)'/.test(message);
  if (!isOlder && !isNewer) return '';
  const version = versionOf('durable-functions', appDir);
  const major = Number.parseInt(version ?? '', 10);
  if (isOlder && major >= 3) {
    return ` durable-functions ${version} registers functions in code, with df.app.orchestration and the like (programming model v4); code of the model v3 needs version 2: npm install durable-functions@2.`;
  }
  if (isNewer && major < 3) {
    return ` durable-functions ${version} has no df.app: code of the programming model v4 needs version 3: npm install durable-functions@3.`;
  }
  return '';
}
