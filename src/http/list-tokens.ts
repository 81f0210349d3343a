/**
 * Continuation tokens of the management API's lists. On Azure Storage they are where the table goes on: Base64 of an id, from which on instances
 * are listed in the order of their ids, whatever else is asked for. What is none is read all the same (recorded: `list-bad-tokens`).
 */

export const continuationHeader = 'x-ms-continuation-token';

/** The least id that comes after another one. */
const next = '\0';

export function tokenAfter(instanceId: string): string {
  return tokenFrom(`${instanceId}${next}`);
}

export function tokenFrom(instanceId: string): string {
  return Buffer.from(instanceId, 'utf8').toString('base64');
}

/** The list begins with this id, or with the first one after it. */
export function beginningOf(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}

export const foreignTokenNote =
  'The continuation token is none that a list here has given. It is read as the id at which the list begins, as in Azure Storage. Leave it out to begin with the first one.';

/** Whether a list here could have given the token; `isThere`: whether there is an instance of an id. */
export async function isOfAList(token: string, isThere: (instanceId: string) => Promise<boolean>): Promise<boolean> {
  const from = beginningOf(token);
  if (from === '' || tokenFrom(from) !== token) return false;
  return from.endsWith(next) || (await isThere(from));
}
