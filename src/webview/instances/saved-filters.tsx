import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as z from 'zod';
import { instanceFilter, type InstanceFilter } from '../../protocol/instances-panel';
import { filterTitle } from '../models/instance-list';
import type { ViewMemory } from '../state/view-memory';
import { MenuButton } from '../ui/menu';

const savedShape = z.array(z.object({ title: z.string(), filter: instanceFilter }));
const mostSaved = 20;

interface SavedFiltersProps {
  memory: ViewMemory;
  filter: InstanceFilter;
  onShow: (filter: InstanceFilter) => void;
}

/** Filters that were kept: for this panel and those that are opened later, of any app. */
export function SavedFilters({ memory, filter, onShow }: SavedFiltersProps): JSX.Element {
  const [saved, setSaved] = useState(() => memory.read('savedFilters', savedShape, []));
  const title = filterTitle(filter);
  const isSaved = saved.some((each) => each.title === title);
  const keep = (next: z.infer<typeof savedShape>): void => {
    setSaved(next);
    memory.prefer('savedFilters', next);
  };
  const others = saved.filter((each) => each.title !== title);
  return (
    <MenuButton
      icon="bookmark"
      label="Saved filters"
      items={[
        ...saved.map((each) => ({ label: each.title, icon: 'filter', onSelect: () => onShow(each.filter) })),
        isSaved
          ? { label: 'Forget this filter', icon: 'trash', onSelect: () => keep(others) }
          : {
              label: 'Save this filter',
              icon: 'add',
              disabled: title === '',
              onSelect: () => keep([...others, { title, filter }].slice(-mostSaved)),
            },
      ]}
    />
  );
}
