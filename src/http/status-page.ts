/** The page at `/`: what runs here, without scripts. */
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { OrchestrationStatus } from '../core/values/status';

export interface StatusPageFacts {
  version: string;
  appDir: string;
  dataDir: string | null;
  hubName: string;
  routePrefix: string;
  managementUrl: string;
  functions: readonly FunctionDescriptor[];
  counts: Partial<Record<OrchestrationStatus, number>>;
}

export function statusPage(facts: StatusPageFacts): string {
  const functions = facts.functions.map(
    (each) =>
      `<tr><td>${escapeHtml(each.name)}</td><td>${each.type}</td><td>${escapeHtml(howToCall(each, facts.routePrefix))}</td></tr>`,
  );
  const counts = Object.entries(facts.counts).map(([status, count]) => `<tr><td>${status}</td><td>${count}</td></tr>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Durascope</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
  code { font-family: ui-monospace, monospace; }
</style>
<h1>Durascope is running</h1>
<p>Version ${escapeHtml(facts.version)}, app <code>${escapeHtml(facts.appDir)}</code>, task hub <code>${escapeHtml(facts.hubName)}</code>,
histories ${facts.dataDir === null ? 'in memory only' : `in <code>${escapeHtml(facts.dataDir)}</code>`}.</p>
<p>Management API: <a href="${escapeHtml(facts.managementUrl)}/instances"><code>${escapeHtml(facts.managementUrl)}</code></a></p>
<h2>Functions</h2>
${functions.length === 0 ? '<p>None are loaded yet.</p>' : `<table><tr><th>Name<th>Type<th>Called by</tr>${functions.join('\n')}</table>`}
<h2>Instances</h2>
${counts.length === 0 ? '<p>None yet.</p>' : `<table><tr><th>Status<th>Count</tr>${counts.join('\n')}</table>`}
</html>
`;
}

function howToCall(each: FunctionDescriptor, routePrefix: string): string {
  switch (each.type) {
    case 'http': {
      const route = each.route === undefined || each.route === '' ? each.name : each.route.replace(/^\//, '');
      const methods = each.methods === undefined || each.methods.length === 0 ? 'any method' : each.methods.join(', ');
      return `${methods} /${routePrefix === '' ? '' : `${routePrefix}/`}${route}`;
    }
    case 'timer':
      return `timer ${each.schedule ?? ''}`;
    case 'orchestrator':
    case 'activity':
    case 'entity':
      return '';
    case 'other':
      return `${each.triggerType} (not triggered locally)`;
  }
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
