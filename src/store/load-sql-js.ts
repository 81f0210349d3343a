import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import initSqlJs, { type SqlJsStatic } from 'sql.js';

let shared: Promise<SqlJsStatic> | undefined;

/**
 * sql.js, once per process: its WebAssembly memory never shrinks, so that several stores better share one.
 * The wasm file lies beside the bundle, or in node_modules when running from source.
 */
export function loadSqlJs(): Promise<SqlJsStatic> {
  shared ??= initSqlJs({ wasmBinary: readFileSync(findWasm()).buffer }).catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

function findWasm(): string {
  const beside = path.join(__dirname, 'sql-wasm.wasm');
  return existsSync(beside) ? beside : createRequire(__filename).resolve('sql.js/dist/sql-wasm.wasm');
}
