import { TRAINER_API, penalise, type Penalty, type Trainer } from '../src/index.js';

/**
 * The smallest trainer there is: the loss is half the squared distance to the weights it began with, each times its
 * `importance`; an epoch is one gradient step. Any shape, so every scheme can be trained.
 */
export function quadratic(
  shapes: Readonly<Record<string, readonly number[]>>, start: Readonly<Record<string, Float32Array>>, importance: Readonly<Record<string, number>> = {},
): Trainer & { readonly weights: ReadonlyMap<string, Float32Array> } {
  const weights = new Map(Object.entries(start).map(([name, values]) => [name, values.slice()]));
  let masks: ReadonlyMap<string, Uint8Array> = new Map();
  let penalties: ReadonlyMap<string, Penalty> = new Map();
  const zero = (): void => masks.forEach((mask, name) => mask.forEach((keep, i) => { if (keep === 0) weights.get(name)![i] = 0; }));
  const lossOf = (): number => [...weights].reduce((sum, [name, w]) =>
    sum + (importance[name] ?? 1) * w.reduce((s, v, i) => s + (v - start[name]![i]!) ** 2, 0) / 2, 0);
  return {
    weights,
    apiVersion: TRAINER_API,
    parameters: new Map(Object.entries(shapes)),
    read: async (names = [...weights.keys()]) => new Map(names.map((name) => [name, weights.get(name)!.slice()])),
    write: async (values) => { for (const [name, v] of values) weights.get(name)!.set(v); zero(); },
    setMasks: async (given) => { masks = structuredClone(given); zero(); },
    setPenalties: async (given) => { penalties = structuredClone(given); },
    step: async ({ count, learningRate }) => {
      let penalty = 0;
      for (let n = 0; n < count; n++) {
        for (const [name, w] of weights) {
          const gradient = w.map((v, i) => (importance[name] ?? 1) * (v - start[name]![i]!));
          const pull = penalties.get(name);
          if (pull !== undefined) penalty += penalise(pull, w, gradient) / count;
          // Divided by the curvature: stable for any strength.
          w.forEach((v, i) => {
            const strength = pull === undefined ? 0 : typeof pull.strength === 'number' ? pull.strength : pull.strength[i]!;
            w[i] = v - learningRate * gradient[i]! / ((importance[name] ?? 1) + strength);
          });
        }
        zero();
      }
      return { batches: count, loss: lossOf(), penalty };
    },
    evaluate: async () => ({ loss: lossOf(), accuracy: 1 / (1 + lossOf()) }),
    checkpoint: async () => new TextEncoder().encode(JSON.stringify([...weights].map(([name, w]) => [name, [...w]]))),
    restore: async (bytes) => { for (const [name, w] of JSON.parse(new TextDecoder().decode(bytes)) as [string, number[]][]) weights.get(name)!.set(w); },
    dispose: async () => {},
  };
}
