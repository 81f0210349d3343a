/**
 * Globals as they were before any code of the app ran. Apps replace `Promise`, `JSON.stringify` and timers (polyfills, faster
 * serialisers, tracing): that is theirs to do, and nothing of it may reach what this process says to its parent. The bundler puts these
 * in place of the names (`inject`, esbuild.config.mjs), in everything that is bundled for this process. Where the app's own way is
 * wanted, `globalThis.JSON` still is that.
 */
import { Buffer as OwnBuffer } from 'node:buffer';

const { parse, stringify } = globalThis.JSON;
const ownJson = { parse, stringify };
const ownPromise = globalThis.Promise;
const ownMap = globalThis.Map;
const ownSet = globalThis.Set;
const ownWeakMap = globalThis.WeakMap;
const ownWeakSet = globalThis.WeakSet;
const ownSetImmediate = globalThis.setImmediate;
const ownSetTimeout = globalThis.setTimeout;
const ownClearTimeout = globalThis.clearTimeout;

export {
  OwnBuffer as Buffer,
  ownClearTimeout as clearTimeout,
  ownJson as JSON,
  ownMap as Map,
  ownPromise as Promise,
  ownSet as Set,
  ownSetImmediate as setImmediate,
  ownSetTimeout as setTimeout,
  ownWeakMap as WeakMap,
  ownWeakSet as WeakSet,
};
