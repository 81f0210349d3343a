/** The body of an answer, parsed; a long list that comes with one element a line is never one text, which could be too long for one. */

/** Undefined where it is no JSON. Rejects when the connection breaks. */
export async function jsonOf(response: Response): Promise<unknown> {
  // What is sent at once has its length told before.
  if (response.headers.has('content-length') || response.body === null) return parsed(await response.text());
  const lines: string[] = [];
  const elements: unknown[] = [];
  let line = '';
  const seen: { isList: boolean } = { isList: false };
  const endLine = (): void => {
    if (lines.length === 0 && !seen.isList && line === '[') seen.isList = true;
    else if (!seen.isList) lines.push(line);
    else if (line !== ']') elements.push(parsed(line.endsWith(',') ? line.slice(0, -1) : line));
    line = '';
  };
  const decoder = new TextDecoder();
  const take = (text: string): void => {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      line += text.slice(from, at);
      from = at + 1;
      endLine();
    }
    line += text.slice(from);
  };
  for await (const chunk of response.body) take(decoder.decode(chunk, { stream: true }));
  take(decoder.decode());
  if (line !== '') endLine();
  if (seen.isList) return elements;
  return parsed(lines.join('\n'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Something else answers there: the schema says so.
    return undefined;
  }
}
