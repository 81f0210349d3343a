/** Percent and form encoding as the management API needs them: lenient to read (spec/http-api.md 1.3, 1.4), exact to write (3.6). */

/** Percent-decodes; what is not a valid escape stays as it is. `+` stays `+`. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape somewhere: every run of escapes is decoded on its own, and broken ones stay.
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
  }
}

/** As the web server of the real host hands a path on: decoded once, but an escaped slash stays as it was sent. */
export function decodeRouteValue(text: string): string {
  if (!/%2f/i.test(text)) return percentDecode(text);
  return text
    .split(/(%2f)/i)
    .map((piece, index) => (index % 2 === 1 ? piece : percentDecode(piece)))
    .join('');
}

/** Decodes a name or a value of a query or a form: `+` is a blank. */
export function formDecode(text: string): string {
  return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** A path as the web server of the real host writes it again: escapes that need none are undone. */
export function rewrittenPath(path: string): string {
  return path
    .split('/')
    .map((segment) => decodeRouteValue(segment).replace(/%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@%]+/g, encodeURIComponent))
    .join('/');
}

/** Form-encodes the way the links of the real service do: a blank is `+`, and `'` and `~` are escaped. */
export function formEncode(text: string): string {
  if (/^[\w.-]*$/.test(text)) return text;
  // A lone surrogate cannot be encoded.
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
    .replaceAll('%20', '+')
    .replaceAll("'", '%27')
    .replaceAll('~', '%7E');
}

/**
 * A query with lower-cased, decoded names. A piece without `=` is a value with an empty name; a repeated name is joined with a comma
 * (spec/http-api.md 1.4).
 */
export function parseQuery(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (query === '') return values;
  for (const piece of query.split('&')) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = equals < 0 ? '' : formDecode(piece.slice(0, equals)).toLowerCase();
    const value = formDecode(equals < 0 ? piece : piece.slice(equals + 1));
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return values;
}
