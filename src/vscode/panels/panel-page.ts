/** The page that a panel's script draws into. No data of a hub is in it: that comes by message. */

export interface PanelPage {
  panel: 'instance' | 'instances' | 'entity' | 'functions';
  /** URIs as the webview must ask for them. */
  script: string;
  style: string;
  cspSource: string;
  nonce: string;
  title: string;
  /** What it shows; absent: no single instance. */
  instanceId?: string;
  /** What the user has chosen in panels before, JSON. */
  preferences: Readonly<Record<string, unknown>>;
}

export function panelPage({ panel, script, style, cspSource, nonce, title, instanceId, preferences }: PanelPage): string {
  // Styles only from our file: elements style themselves by constructed sheets, which no policy concerns.
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(style)}">
</head>
<body>
<div id="root" data-panel="${panel}"${instanceId === undefined ? '' : ` data-shown-instance="${escapeHtml(instanceId)}"`} data-preferences="${escapeHtml(JSON.stringify(preferences))}"></div>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
