import type { PanelTransport } from './panel-transport';

export interface BrowserPlace {
  panel: 'instance' | 'instances';
  instanceId: string;
}

/** `#/instances/<id>` is an instance's panel; everything else the list. */
export function browserPlace(): BrowserPlace {
  const match = /^#\/instances\/(.+)$/.exec(location.hash);
  return match?.[1] === undefined
    ? { panel: 'instances', instanceId: '' }
    : { panel: 'instance', instanceId: decodeURIComponent(match[1]) };
}

export function browserTransport(_place: BrowserPlace): PanelTransport {
  throw new Error('to be written');
}
