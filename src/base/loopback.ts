/** Addresses that stay on this machine. No others are served, and no key is sent anywhere else. */

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** A Host header, or the authority of a URL: without user information. */
export function isLoopbackHost(host: string): boolean {
  return loopbackHost.test(host);
}

/** Scheme and authority of this machine, with one slash at the end or none: nothing else stands in an origin that gets a key. */
export function isLoopbackOrigin(origin: string): boolean {
  const match = /^http:\/\/([^/]*)\/?$/i.exec(origin);
  return match?.[1] !== undefined && isLoopbackHost(match[1]);
}
