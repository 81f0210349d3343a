import type { JSX } from 'preact';
import { idTail } from '../../base/short-texts';

/** An id that is cut in its middle where there is too little room: children of one parent differ at their ends. */
export function InstanceId({ id, title = id }: { id: string; title?: string }): JSX.Element {
  const tail = idTail(id);
  return (
    <code title={title}>
      <span class="id-head">{id.slice(0, id.length - tail.length)}</span>
      <span class="id-tail">{tail}</span>
    </code>
  );
}
