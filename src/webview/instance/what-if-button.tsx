import type { JSX } from 'preact';
import { IconButton } from '../ui/icon-button';
import type { InstanceParts } from './panel-context';

interface WhatIfButtonProps {
  parts: InstanceParts;
  /** From 1, in the commit order; undefined: there is none to change. */
  row: number | undefined;
  /** What else might be there, behind "something else". */
  what?: string;
}

/** Runs on from a row of the history with something changed there. Nothing where that cannot be done. */
export function WhatIfButton({ parts, row, what = 'had happened here' }: WhatIfButtonProps): JSX.Element | null {
  if (parts.snapshot.canFork !== true || row === undefined) return null;
  return (
    <IconButton
      icon="repo-forked"
      label={`What if… something else ${what}?`}
      text="What if…"
      onClick={() => parts.transport.send({ type: 'whatIf', row })}
    />
  );
}
