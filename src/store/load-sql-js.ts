import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import initSqlJs, { type SqlJsStatic } from 'sql.js';

let shared: Promise<SqlJsStatic> | undefined;

/**
 * sql.js, once per process: its WebAssembly memory never shrinks, so that several stores better share one.
 * The wasm file lies packed beside the bundle, or in node_modules when running from source.
 */
export function loadSqlJs(): Promise<SqlJsStatic> {
  shared ??= initSqlJs({ wasmBinary: new Uint8Array(readWasm()).buffer }).catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

function readWasm(): Buffer {
  const packed = path.join(__dirname, 'sql-wasm.wasm.br');
  if (existsSync(packed)) return brotliDecompressSync(readFileSync(packed));
  return readFileSync(createRequire(__filename).resolve('sql.js/dist/sql-wasm.wasm'));
}
