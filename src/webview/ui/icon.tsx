import type { JSX } from 'preact';

/** A codicon by its name; mere decoration for screen readers. */
export function Icon({ name, spin = false, class: extra = '' }: { name: string; spin?: boolean; class?: string }): JSX.Element {
  return <span class={`codicon codicon-${name}${spin ? ' codicon-modifier-spin' : ''} ${extra}`} aria-hidden="true" />;
}
