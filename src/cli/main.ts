#!/usr/bin/env node
import { keepCompiledCode } from '../base/code-cache';
import { earlyProcessFor } from './early-process';
import type * as Program from './program';

const early = earlyProcessFor(process.argv.slice(2));
keepCompiledCode(__dirname);
// eslint-disable-next-line @typescript-eslint/no-require-imports -- not before the line above
const { main } = require('./program') as typeof Program;
main(early);
