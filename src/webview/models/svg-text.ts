/** Elements of pictures that stand alone, as text. */

export function rect(x: number, y: number, width: number, height: number, fill: string, more = ''): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${escaped(fill)}" ${more}/>`;
}

export function words(x: number, y: number, text: string, fill: string, more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="${escaped(fill)}" ${more}>${escaped(text)}</text>`;
}

export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Also without what no XML may hold. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
