import { Component, type ComponentType, type JSX } from 'preact';

/** A component that is drawn again only when one of its props is another value. `Draw` uses no hooks. */
export function memo<P extends object>(Draw: (props: P) => JSX.Element): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = this.props as Readonly<Record<string, unknown>>;
      const after = next as Readonly<Record<string, unknown>>;
      for (const key in after) if (before[key] !== after[key]) return true;
      return false;
    }
    override render(): JSX.Element {
      return Draw(this.props);
    }
  };
}
