import type { FunctionDescriptor } from '../core/ports/function-worker';

/** What calls a function, in a few words: methods and route, the schedule, the type of another trigger; empty for what orchestrations call. */
export function triggerText(each: FunctionDescriptor): string {
  switch (each.type) {
    case 'http':
      return [(each.methods ?? []).join(', '), `/${each.route ?? each.name}`].filter((part) => part !== '').join(' ');
    case 'timer':
      return each.schedule ?? '';
    case 'other':
      return each.triggerType;
    default:
      return '';
  }
}
