import type { Attribute } from '@fretwork/format';

/** An attribute as the file has it: integers keep all 64 bits, since old forms say "to the end" with the largest one. */
export type NodeAttribute =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'ints'; readonly value: readonly bigint[] }
  | Exclude<Attribute, { type: 'int' | 'ints' }>;

/** A node on its way from the file's opset to `OPERATOR_FORM`. */
export interface Node {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, NodeAttribute>;
  readonly origin?: readonly string[];
}

export const intOf = (value: number): NodeAttribute => ({ type: 'int', value: BigInt(value) });
export const stringOf = (value: string): NodeAttribute => ({ type: 'string', value });

type ValueOf<T extends NodeAttribute['type']> = Extract<NodeAttribute, { type: T }>['value'];

/** The value of attribute `name` where the node has it in type `type`. */
export function valueOf<T extends NodeAttribute['type']>(node: Node, name: string, type: T): ValueOf<T> | undefined {
  const found = node.attributes.get(name);
  const value: unknown = found?.type === type ? found.value : undefined;
  return value as ValueOf<T> | undefined;
}

/** `node` without attributes `names`; itself where it has none of them. */
export function without(node: Node, ...names: readonly string[]): Node {
  if (!names.some((name) => node.attributes.has(name))) return node;
  const attributes = new Map(node.attributes);
  for (const name of names) attributes.delete(name);
  return { ...node, attributes };
}

/** `node` with one attribute more. */
export const withAttribute = (node: Node, name: string, value: NodeAttribute): Node =>
  ({ ...node, attributes: new Map(node.attributes).set(name, value) });
