/** Registered functions by name, ignoring case; rebuilt only when the list is another one. */
import type { FunctionDescriptor } from '../core/ports/function-worker';
import { unknownFunctionMessage } from '../core/values/unknown-function';
import { type TriggerRoutes, triggerRoutes } from './trigger-routes';

export class KnownFunctions {
  #list: readonly FunctionDescriptor[] = [];
  #orchestrators = new Set<string>();
  #entities = new Set<string>();
  #routes: TriggerRoutes;

  constructor(
    readonly list: () => readonly FunctionDescriptor[],
    private readonly routePrefix: string,
    private readonly report: (problem: string) => void,
    private readonly runsElsewhere: (type: 'orchestrator' | 'entity', name: string) => boolean = () => false,
  ) {
    this.#routes = triggerRoutes([], routePrefix);
  }

  routes(): TriggerRoutes {
    this.#refresh();
    return this.#routes;
  }

  /** Of the app, or of a program that is connected to the emulator. */
  isOrchestrator(name: string): boolean {
    this.#refresh();
    return this.#orchestrators.has(name.toLowerCase()) || this.runsElsewhere('orchestrator', name);
  }

  /** The same of an entity. */
  isEntity(name: string): boolean {
    this.#refresh();
    return this.#entities.has(name.toLowerCase()) || this.runsElsewhere('entity', name);
  }

  /** The real service's words for a name that is not there (spec/functions-worker.md 6). */
  unknownMessage(name: string, type: 'orchestrator' | 'entity'): string {
    const known = this.list().filter((each) => each.type === type);
    return unknownFunctionMessage(
      name,
      type,
      known.map((each) => each.name),
    );
  }

  #refresh(): void {
    const list = this.list();
    const before = this.#list;
    if (list === before) return;
    const isSame = list.length === before.length && list.every((each, index) => each === before[index]);
    this.#list = list;
    if (isSame) return;
    this.#orchestrators = new Set(list.filter((each) => each.type === 'orchestrator').map((each) => each.name.toLowerCase()));
    this.#entities = new Set(list.filter((each) => each.type === 'entity').map((each) => each.name.toLowerCase()));
    this.#routes = triggerRoutes(list, this.routePrefix);
    for (const problem of this.#routes.problems) this.report(problem);
  }
}
