import { expect, it } from 'vitest';
import { allocate, type MenuItem } from '../src/allocate/allocate.js';

const SEED = 7;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const sum = (menus: readonly (readonly MenuItem[])[], choice: readonly number[], of: keyof MenuItem): number => choice.reduce((total, item, m) => total + menus[m]![item]![of], 0);

function exhaustive(menus: readonly (readonly MenuItem[])[], budget: number): number | undefined {
  let best: number | undefined;
  const walk = (m: number, cost: number, damage: number): void => {
    if (m === menus.length) {
      if (cost <= budget && (best === undefined || damage < best)) best = damage;
      return;
    }
    for (const item of menus[m]!) walk(m + 1, cost + item.cost, damage + item.damage);
  };
  walk(0, 0, 0);
  return best;
}

it(`keeps every budget that can be kept, and comes near the least damage (seed ${SEED})`, () => {
  const next = random(SEED);
  let [found, ideal] = [0, 0];
  for (let round = 0; round < 200; round++) {
    // Costs fall and damages rise along a menu, as with rates.
    const menus = Array.from({ length: 4 }, () => {
      const size = 1 + next() * 9;
      return Array.from({ length: 5 }, (_, i): MenuItem => ({ cost: size / (1 + i * (0.5 + next())), damage: i * i * next() }));
    });
    const dense = sum(menus, [0, 0, 0, 0], 'cost');
    const budget = dense * next();
    const best = exhaustive(menus, budget);
    const choice = allocate(menus, budget);
    expect(choice === undefined).toBe(best === undefined);
    if (choice === undefined || best === undefined) continue;
    expect(sum(menus, choice, 'cost')).toBeLessThanOrEqual(budget + 1e-9);
    expect(sum(menus, choice, 'damage')).toBeGreaterThanOrEqual(best - 1e-9);
    found += sum(menus, choice, 'damage');
    ideal += best;
  }
  expect(ideal).toBeGreaterThan(0);
  expect(found / ideal).toBeLessThan(1.1);
});
