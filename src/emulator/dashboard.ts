/** The panels as a page of the emulator's own server: `/` and the files that it needs, out of the build's folder. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Dashboard } from '../http/durascope-api';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};
/** Where the server serves the files (http-app.ts). */
const filesPath = '/durascope/ui';

/** What the page may do: run its own script and styles, and ask the server it came from. */
const pageHeaders = [
  ['Content-Type', 'text/html; charset=utf-8'],
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-cache'],
] as const;

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Durascope</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${filesPath}/dashboard.css">
<link rel="stylesheet" href="${filesPath}/panels.css">
</head>
<body><div id="root"></div><script src="${filesPath}/panels.js"></script></body>
</html>
`;

/**
 * Answers for `/` (the page) and `/<file>`; undefined for what there is not, also for everything when `dir` holds no build, so that
 * the server's small page takes its place.
 */
export function dashboardFrom(dir: string): Dashboard {
  return async (asked) => {
    if (asked === '/') {
      const script = await contentOf(dir, 'panels.js');
      return script === undefined ? undefined : { status: 200, headers: pageHeaders, body: page };
    }
    // Plain names only: nothing leads out of the folder.
    const name = /^\/([\w-]+(?:\.[\w-]+)*)$/.exec(asked)?.[1];
    const type = name === undefined ? undefined : types[path.extname(name)];
    if (name === undefined || type === undefined) return undefined;
    const content = await contentOf(dir, name);
    if (content === undefined) return undefined;
    const headers = [
      ['Content-Type', type],
      ['X-Content-Type-Options', 'nosniff'],
      ['Cache-Control', 'no-cache'],
    ] as const;
    return { status: 200, headers, body: content };
  };
}

async function contentOf(dir: string, name: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path.join(dir, name));
  } catch {
    // Not there: the caller answers for it.
    return undefined;
  }
}
