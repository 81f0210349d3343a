import type { EngineCore } from './engine-core';

/** `<id>-fork`, then `-fork-2` and so on: the first that is free. */
export function freeId(core: EngineCore, id: string): string {
  const base = `${id.replace(/-fork(?:-\d+)?$/, '')}-fork`;
  for (let count = 1; ; count++) {
    const instanceId = count === 1 ? base : `${base}-${count}`;
    if (core.lives.rowOf(instanceId) === undefined) return instanceId;
  }
}
