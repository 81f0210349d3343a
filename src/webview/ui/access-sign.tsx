import type { JSX } from 'preact';
import { Icon } from './icon';

/** That a hub is only looked at, or is a real one that is acted on; nothing for an emulator's. */
export function AccessSign({ readOnly, actsOn }: { readOnly?: string | undefined; actsOn?: string | undefined }): JSX.Element {
  return (
    <>
      {readOnly === undefined ? null : (
        <span class="status-badge quiet" title={readOnly} data-read-only>
          <Icon name="lock" />
          Read only
        </span>
      )}
      {actsOn === undefined ? null : (
        <span class="status-badge warning" title={actsOn} data-acts>
          <Icon name="unlock" />
          Acts on a real hub
        </span>
      )}
    </>
  );
}
