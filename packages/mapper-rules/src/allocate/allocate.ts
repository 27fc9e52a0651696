/** One way for a group of layers, with what it costs and what it spoils. */
export interface MenuItem {
  readonly cost: number;
  readonly damage: number;
}

/**
 * One item of each menu, so that the sum of costs is at most `budget` and the sum of damages as small as can be found: the multiple-choice
 * knapsack, by its Lagrangian (all choices that are best at some price of a unit of cost, which is optimal on the hulls of the
 * menus) and then by single steps with what is left of the budget. Positions in the menus; undefined where even the cheapest
 * items cost more. Deterministic: of equal items the first is taken.
 */
export function allocate(menus: readonly (readonly MenuItem[])[], budget: number): readonly number[] | undefined {
  const sum = (choice: readonly number[]): number => choice.reduce((total, item, m) => total + menus[m]![item]!.cost, 0);
  const atPrice = (price: number): readonly number[] => menus.map((menu) => best(menu, ({ cost, damage }) => damage + price * cost));
  const cheapest = menus.map((menu) => best(menu, ({ cost }) => cost));
  if (sum(cheapest) > budget) return undefined;
  if (sum(atPrice(0)) <= budget) return spend(menus, atPrice(0), budget, sum);
  let [low, high] = [0, 1];
  while (sum(atPrice(high)) > budget && high < 1e15) high *= 4;
  let choice = sum(atPrice(high)) <= budget ? atPrice(high) : cheapest;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    const tried = atPrice(middle);
    if (sum(tried) <= budget) [choice, high] = [tried, middle];
    else low = middle;
  }
  return spend(menus, choice, budget, sum);
}

function best(menu: readonly MenuItem[], value: (item: MenuItem) => number): number {
  let found = 0;
  for (let i = 1; i < menu.length; i++) if (value(menu[i]!) < value(menu[found]!)) found = i;
  return found;
}

/** Takes the step to less damage that saves most of it, as long as one fits into the budget. */
function spend(menus: readonly (readonly MenuItem[])[], from: readonly number[], budget: number, sum: (choice: readonly number[]) => number): readonly number[] {
  const choice = [...from];
  for (let left = budget - sum(choice); ;) {
    let [menuAt, itemAt, saved] = [-1, -1, 0];
    menus.forEach((menu, m) => menu.forEach((item, i) => {
      const now = menu[choice[m]!]!;
      const saves = now.damage - item.damage;
      if (item.cost - now.cost <= left && saves > saved) [menuAt, itemAt, saved] = [m, i, saves];
    }));
    if (menuAt < 0) return choice;
    left -= menus[menuAt]![itemAt]!.cost - menus[menuAt]![choice[menuAt]!]!.cost;
    choice[menuAt] = itemAt;
  }
}
