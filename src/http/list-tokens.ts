/**
 * Continuation tokens of the management API's lists. On Azure Storage they are where the table goes on: Base64 of an id, from which on instances
 * are listed in the order of their ids, whatever else is asked for. What is none is read all the same (recorded: `list-bad-tokens`).
 */

import { noteHeader } from './management-errors';

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
function beginningOf(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}

const foreignTokenNote =
  'The continuation token is none that a list here has given. It is read as the id at which the list begins, as in Azure Storage. Leave it out to begin with the first one.';

/** Where a list begins that is asked for with `token`; `headers` of its answer tell that no list here has given that one. */
export async function listStart(
  token: string | undefined,
  isThere: (instanceId: string) => Promise<boolean>,
): Promise<{ instanceIdFrom?: string; headers: [string, string][] }> {
  if (token === undefined || token === '') return { headers: [] };
  const isOurs = await isOfAList(token, isThere);
  return { instanceIdFrom: beginningOf(token), headers: isOurs ? [] : [[noteHeader, foreignTokenNote]] };
}

/** Whether a list here could have given the token; `isThere`: whether there is an instance of an id. */
async function isOfAList(token: string, isThere: (instanceId: string) => Promise<boolean>): Promise<boolean> {
  const from = beginningOf(token);
  if (from === '' || tokenFrom(from) !== token) return false;
  return from.endsWith(next) || (await isThere(from));
}
