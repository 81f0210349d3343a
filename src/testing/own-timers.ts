/**
 * Timers as they were when the test loaded the package: what a framework puts in their place later (fake timers) is for the code of the test. The
 * bundler puts these in place of the names (`inject`, esbuild.config.mjs).
 */
const own = globalThis;
const ownNextTick = process.nextTick.bind(process);
const { setTimeout: ownSetTimeout, clearTimeout: ownClearTimeout } = own;
const { setInterval: ownSetInterval, clearInterval: ownClearInterval } = own;
const { setImmediate: ownSetImmediate, clearImmediate: ownClearImmediate, queueMicrotask: ownQueueMicrotask } = own;

export {
  ownClearImmediate as clearImmediate,
  ownClearInterval as clearInterval,
  ownClearTimeout as clearTimeout,
  ownNextTick as 'process.nextTick',
  ownQueueMicrotask as queueMicrotask,
  ownSetImmediate as setImmediate,
  ownSetInterval as setInterval,
  ownSetTimeout as setTimeout,
};
