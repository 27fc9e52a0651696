import { FretworkError, type Model } from '@fretwork/format';

/** Whether a layer is to be left alone: its name is one of `names`, or fits one with `*` or `?`. */
export function skipper(model: Pick<Model, 'layers'>, names: readonly string[]): (layer: string) => boolean {
  const exact = new Set(model.layers.map(({ name }) => name));
  const tests = names.map((name) => ({ name, fits: exact.has(name) ? (layer: string) => layer === name : globTest(name) }));
  for (const { name, fits } of tests) {
    if (model.layers.some((layer) => fits(layer.name))) continue;
    throw new FretworkError('prune.skip', 'a layer to be skipped is not in the model', {
      layer: name, hint: `layers are named like ${model.layers.slice(0, 3).map((l) => JSON.stringify(l.name)).join(', ')}; * stands for any characters`,
    });
  }
  return (layer) => tests.some(({ fits }) => fits(layer));
}

/** Linear in pattern times name: on a mismatch it goes back to the last `*` alone. */
function globTest(pattern: string): (name: string) => boolean {
  return (name) => {
    let p = 0;
    let n = 0;
    let star = -1;
    let resume = 0;
    while (n < name.length) {
      if (pattern[p] === '*') {
        star = p++;
        resume = n;
      } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    while (pattern[p] === '*') p++;
    return p === pattern.length;
  };
}
