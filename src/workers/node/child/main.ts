/** Entry of dist/node-worker.js. */
import { keepCompiledCode } from '../../../base/code-cache';

keepCompiledCode(__dirname);
// eslint-disable-next-line @typescript-eslint/no-require-imports -- not before the line above
require('./program');
