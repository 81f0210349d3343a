/** Addresses of the dashboard: `#/` is the list, `#/functions` the functions, `#/instances/<id>` one instance or entity. */
import { isEntityId } from '../../core/values/instance-id';

export interface BrowserPlace {
  panel: 'instance' | 'instances' | 'entity' | 'functions';
  instanceId: string;
}

export function browserPlace(hash: string): BrowserPlace {
  if (hash === '#/functions') return { panel: 'functions', instanceId: '' };
  const segment = /^#\/instances\/(.+)$/.exec(hash)?.[1];
  if (segment === undefined) return { panel: 'instances', instanceId: '' };
  const instanceId = decoded(segment);
  return { panel: isEntityId(instanceId) ? 'entity' : 'instance', instanceId };
}

export function hashOf(instanceId: string): string {
  return `#/instances/${encodeURIComponent(instanceId)}`;
}

/** Somebody may have written the address by hand. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
