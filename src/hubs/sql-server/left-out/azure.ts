/**
 * In place of Azure's libraries for signing in and for keys, which the driver reads at its start: tokens are made by whoever attaches (`AccessTokens`),
 * and columns that only a client can decrypt are none of a hub's.
 */
function LeftOut(): never {
  throw new Error('This way of signing in is not in this build.');
}
export {
  LeftOut as ClientSecretCredential,
  LeftOut as CryptographyClient,
  LeftOut as DefaultAzureCredential,
  LeftOut as KeyClient,
  LeftOut as ManagedIdentityCredential,
  LeftOut as UsernamePasswordCredential,
};
export function isTokenCredential(): boolean {
  return false;
}
