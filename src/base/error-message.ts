/** What can be said of anything that was thrown. Code throws what it likes: nothing here throws again, whatever it is given. */

/** The message of anything that was thrown: for errors of ours it is made for the user. */
export function messageOf(error: unknown): string {
  return (isErrorLike(error) ? fieldOf(error, 'message') : undefined) ?? textOf(error);
}

/** Name, message and stack; the stack is empty where there is none. */
export function thrownParts(error: unknown): { name: string; message: string; stack: string } {
  const isLike = isErrorLike(error);
  return {
    name: (isLike ? fieldOf(error, 'name') : undefined) ?? 'Error',
    message: messageOf(error),
    stack: (isLike ? fieldOf(error, 'stack') : undefined) ?? '',
  };
}

/** The message and the stack. One of V8 begins with the message as it was when the error was made; those of other languages have none. */
export function stackOrMessage(error: unknown): string {
  const { message, stack } = thrownParts(error);
  if (stack === '') return message;
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}

/** An Error of this or another realm, or an object made to look like one. */
function isErrorLike(error: unknown): error is object {
  if (typeof error !== 'object' || error === null) return false;
  try {
    return error instanceof Error || 'message' in error;
  } catch {
    // A proxy that does not want to be asked.
    return false;
  }
}

/** Text of a field; undefined when it has none, or does not give it. */
function fieldOf(error: object, name: 'name' | 'message' | 'stack'): string | undefined {
  try {
    const value = (error as Record<string, unknown>)[name];
    if (typeof value === 'string') return value;
    return value === undefined || value === null || name !== 'message' ? undefined : textOf(value);
  } catch (thrown) {
    return name === 'message'
      ? `(its message cannot be read: ${typeof thrown === 'string' ? thrown : 'reading it throws'})`
      : undefined;
  }
}

/** The best text for a value that is no error: text as it is, objects as JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
    if (typeof value !== 'object' || value === null) return String(value);
  } catch {
    return 'a function';
  }
  try {
    const json = JSON.stringify(value) as string | undefined;
    if (typeof json === 'string') return json;
  } catch {
    // Circular, with BigInts, or a proxy that throws.
  }
  return 'an object that has no JSON form';
}
