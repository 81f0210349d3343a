/**
 * References to values, good as long as the replay is open: a reference is the way to a value, not the value, because to look at an earlier
 * moment the code is run again and makes new objects.
 */

export type VariableRoot =
  | { type: 'scope'; moment: number; frame: number; index: number }
  | { type: 'facts'; moment: number }
  | { type: 'evaluated'; moment: number; frame: number; expression: string };

/** How to get from a value to one inside it. */
export interface VariableKey {
  type: 'property' | 'symbol' | 'internal' | 'index';
  name: string;
}

export interface VariableNode {
  reference: string;
  moment: number;
  origin: VariableRoot | { parent: VariableNode; key: VariableKey };
  /** An expression for it in its frame; null when there is none. */
  evaluateName: string | null;
}

export class VariableTable {
  /** `prefix`: so that references of a replay that was opened anew are not taken for those of before. */
  constructor(private readonly prefix: string) {}

  private readonly nodes = new Map<string, VariableNode>();
  private readonly byWay = new Map<string, VariableNode>();

  get(reference: string): VariableNode | undefined {
    return this.nodes.get(reference);
  }

  root(root: VariableRoot, evaluateName: string | null): VariableNode {
    return this.node(JSON.stringify(root), root.moment, root, evaluateName);
  }

  child(parent: VariableNode, key: VariableKey): VariableNode {
    const way = `${parent.reference}/${key.type}:${key.name}`;
    return this.node(way, parent.moment, { parent, key }, childExpression(parent, key));
  }

  private node(way: string, moment: number, origin: VariableNode['origin'], evaluateName: string | null): VariableNode {
    let node = this.byWay.get(way);
    if (node === undefined) {
      node = { reference: `${this.prefix}.${this.nodes.size + 1}`, moment, origin, evaluateName };
      this.byWay.set(way, node);
      this.nodes.set(node.reference, node);
    }
    return node;
  }
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Whether a variable of that name can be a parameter of a function made for an evaluation. */
export function isIdentifier(name: string): boolean {
  return identifier.test(name);
}

export function childExpression(parent: VariableNode, { type, name }: VariableKey): string | null {
  if (type !== 'property' && type !== 'index') return null;
  if ('type' in parent.origin && parent.origin.type === 'scope') return name;
  if (parent.evaluateName === null) return null;
  const of = parent.evaluateName;
  if (type === 'index' || /^\d+$/.test(name)) return `${of}[${name}]`;
  return isIdentifier(name) ? `${of}.${name}` : `${of}[${JSON.stringify(name)}]`;
}
