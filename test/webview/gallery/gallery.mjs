// Shows the panels in a plain Chromium, without an editor: a page for each state and theme, served from memory.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
const themes = JSON.parse(await readFile(path.join(here, 'themes.json'), 'utf8'));
export const themeNames = Object.keys(themes);
const themeClasses = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast vscode-high-contrast-light',
};

/**
 * Starts the server; `url(state, theme, remember)` is a page's address: `remember` is what the editor kept of the panel from before, as JSON,
 * by default what the panel itself left there.
 */
export async function startGallery() {
  const fake = await build({
    entryPoints: [path.join(here, 'fake-editor.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  const types = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
  const server = http.createServer((request, response) => {
    void answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  async function answer(request, response) {
    const url = new URL(request.url, 'http://localhost');
    // Of one build, at a port of its own: a browser that has read the scripts keeps them, compiled.
    if (url.pathname !== '/') response.setHeader('cache-control', 'max-age=3600');
    if (url.pathname === '/fake-editor.js')
      return void response.setHeader('content-type', 'text/javascript').end(fake.outputFiles[0].text);
    if (url.pathname === '/theme.css') {
      const variables = Object.entries(themes[url.searchParams.get('theme')]).map(([name, value]) => `${name}: ${value};`);
      return void response.setHeader('content-type', 'text/css').end(`:root { ${variables.join(' ')} }`);
    }
    const file = /^\/dist\/([\w.-]+)$/.exec(url.pathname)?.[1];
    if (file !== undefined) {
      const content = await readFile(path.join(root, 'dist/webview', file));
      return void response.setHeader('content-type', types[path.extname(file)] ?? 'text/plain').end(content);
    }
    if (url.pathname !== '/') return void response.writeHead(404).end();
    const theme = url.searchParams.get('theme') ?? 'dark';
    const panel = url.searchParams.get('panel') ?? 'instance';
    const preferences = (url.searchParams.get('preferences') ?? '{}').replaceAll('"', '&quot;');
    // The policy is the editor's: no inline script, no inline style, nothing from elsewhere.
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:",
    );
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Durascope</title>
<link rel="stylesheet" href="/theme.css?theme=${theme}"><link rel="stylesheet" href="/dist/panels.css"></head>
<body class="${themeClasses[theme]}" data-vscode-theme-kind="${themeClasses[theme].split(' ').at(-1)}">
<div id="root" data-panel="${panel}" data-preferences="${preferences}"></div>
<script src="/fake-editor.js"></script><script src="/dist/panels.js"></script></body></html>`);
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const panels = {
    none: 'instances',
    some: 'instances',
    attached: 'instances',
    many: 'instances',
    entity: 'entity',
    entityOrphaned: 'entity',
    entityUnused: 'entity',
    functions: 'functions',
    functionsStopped: 'functions',
    functionsNone: 'functions',
    functions200: 'functions',
  };
  return {
    url: (state, theme, remember) => {
      const kept = remember === undefined ? '' : `&remember=${encodeURIComponent(remember)}`;
      return `http://127.0.0.1:${port}/?state=${state}&theme=${theme}&panel=${panels[state] ?? 'instance'}${kept}`;
    },
    /** What `showTheme` of the page's scripts takes. */
    theme: (name) => ({ className: themeClasses[name], css: `http://127.0.0.1:${port}/theme.css?theme=${name}` }),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
