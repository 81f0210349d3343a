/** The dashboard's theme: the system's, unless the user wants another. The panels' own tokens stand in dashboard.css, by what the system asks for. */

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Always so, and never. */
const conditions = { met: '(min-width: 0px)', unmet: '(max-width: 0px)' };
const asWritten = new WeakMap<CSSMediaRule, string>();

/** A media query as it is to be read under the theme: what it asks of the system's colours is answered by the theme. */
export function queryUnder(theme: Theme, query: string): string {
  if (theme === 'system') return query;
  return query.replaceAll(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/g, (_all, wanted: string) =>
    wanted === theme ? conditions.met : conditions.unmet,
  );
}

export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      const written = asWritten.get(rule) ?? rule.media.mediaText;
      asWritten.set(rule, written);
      rule.media.mediaText = queryUnder(theme, written);
    }
  }
}
