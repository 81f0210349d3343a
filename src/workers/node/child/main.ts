/** Entry of dist/node-worker.js. */
import { keepCompiledCode } from '../../../base/code-cache';
import type * as Program from './program';
import { isWaiting, whenOrdered } from './waiting';

keepCompiledCode(__dirname);
// eslint-disable-next-line @typescript-eslint/no-require-imports -- not before the line above
const { run } = require('./program') as typeof Program;
if (isWaiting()) whenOrdered(run);
else run();
