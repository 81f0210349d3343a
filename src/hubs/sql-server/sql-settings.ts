/** Connection strings as ADO.NET reads them: `Name=value;Name="a;b";Name='it''s'`, `==` for a `=` in a name; the last of several counts. */
import { DurascopeError } from '../../core/values/errors';

/** Names in lower case, without spaces: `User ID`, `UserId` and `user id` are one. `InvalidArgument`: no message holds a value. */
export function sqlSettings(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    if (/[\s;]/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const name = readName(text, at);
    const value = readValue(text, name.end, name.name);
    settings.set(name.name.toLowerCase().replaceAll(/\s+/g, ''), value.value);
    at = value.end;
  }
  return settings;
}

function readName(text: string, from: number): { name: string; end: number } {
  let name = '';
  for (let at = from; at < text.length; at++) {
    if (text[at] === '=') {
      if (text[at + 1] !== '=') return { name: name.trim(), end: at + 1 };
      at += 1;
    }
    name += text[at] ?? '';
    // What stands here may be the rest of a password that was not put into quotes.
    if (text[at] === ';') break;
  }
  throw new DurascopeError(
    'InvalidArgument',
    'The connection string is not one of SQL Server: after a semicolon there is something without "=". A value with a semicolon in it, a password perhaps, has to stand in quotes: Password="a;b".',
  );
}

function readValue(text: string, from: number, name: string): { value: string; end: number } {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  const quote = text[at];
  if (quote !== '"' && quote !== "'") {
    const semicolon = text.indexOf(';', at);
    const end = semicolon < 0 ? text.length : semicolon;
    return { value: text.slice(at, end).trim(), end };
  }
  let value = '';
  for (at += 1; at < text.length; at++) {
    if (text[at] !== quote) value += text[at] ?? '';
    else if (text[at + 1] === quote) {
      value += quote;
      at += 1;
    } else {
      const rest = /^\s*(?:;|$)/.exec(text.slice(at + 1));
      if (rest === null) break;
      return { value, end: at + 1 + rest[0].length };
    }
  }
  throw new DurascopeError(
    'InvalidArgument',
    `The value of ${name} in the connection string begins with a quote, and does not end with one: a quote in it is written twice, or the whole value stands in the other kind of quotes.`,
  );
}
