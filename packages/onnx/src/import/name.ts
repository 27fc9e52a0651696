/** Gives names that nobody has yet: `wish`, else `wish_2`, `wish_3` … */
export interface Names {
  readonly take: (wish: string) => string;
}

export function namesBeside(taken: Iterable<string>): Names {
  const used = new Set(taken);
  const last = new Map<string, number>();
  return {
    take: (wish) => {
      let name = wish;
      let n = last.get(wish) ?? 1;
      while (used.has(name)) name = `${wish}_${++n}`;
      last.set(wish, n);
      used.add(name);
      return name;
    },
  };
}

/** A name per node, unique: its own where it is the first with it, else `<operator>_<first output>`. */
export function nameLayers(nodes: readonly { readonly name: string; readonly opType: string; readonly output: readonly string[] }[]): readonly string[] {
  const names = namesBeside(nodes.map((node) => node.name));
  const seen = new Set<string>();
  return nodes.map((node, i) => {
    if (node.name !== '' && !seen.has(node.name)) {
      seen.add(node.name);
      return node.name;
    }
    return names.take(`${node.opType}_${node.output.find((name) => name !== '') ?? i}`);
  });
}
