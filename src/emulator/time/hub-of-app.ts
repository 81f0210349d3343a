import type { TaskHubClient } from '../../core/ports/task-hub-client';

type Counted = TaskHubClient & { readonly commands: number };

/** The hub as functions of the app reach it, and how many of the hub's commands came that way. What reads before it acts counts as a client's. */
export function hubOfApp(hub: Counted): { readonly hub: TaskHubClient; readonly commands: number } {
  let commands = 0;
  const reached = new Proxy<TaskHubClient>(hub, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const before = hub.commands;
        const answer: unknown = Reflect.apply(member, target, args);
        commands += hub.commands - before;
        return answer;
      };
    },
  });
  return {
    hub: reached,
    get commands() {
      return commands;
    },
  };
}
