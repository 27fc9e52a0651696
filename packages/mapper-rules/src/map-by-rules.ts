import { FretworkError, type Model, type Scheme } from '@fretwork/format';
import type { InputShapes, LatencyModel, Prediction } from '@fretwork/latency';
import { allocate } from './allocate/allocate.js';
import type { Damage, Difficulty, MapOptions, MappedLayer, MapPlan, Mapper, MapTarget, RuleSubject, Thresholds } from './contract.js';
import { energyDamage } from './damage/energy-damage.js';
import { describe, type Choice } from './describe.js';
import { DENSE, groupsOf, networkOf, predictions, skipped, type MappedNetwork } from './layers.js';
import { everyStructure } from './rules/candidates.js';
import { decide } from './rules/decide.js';
import { KEEP_DENSE } from './rules/keep-dense.js';
import { thresholdsOf } from './rules/thresholds.js';
import { milliseconds, rateOf } from './rules/words.js';

/** Where nobody measured: what keeps accuracy. */
export const TAKEN_AS_HARD: Difficulty = { kind: 'hard', reason: 'not measured, and so taken as hard' };

/**
 * The plan that the rules make (papers.md 3.5, `RULES`), with rates that meet the target. Zero training steps, no layer is run. Pure.
 * Throws as the contract says.
 */
export const mapByRules: Mapper = (model: Model, latency: LatencyModel, options: MapOptions): MapPlan => {
  checkTarget(options.target);
  const network = networkOf(model, latency, options.inputShapes);
  const asked = new Asking(model, network, latency, options);
  const { target } = options;
  const choices = target.kind === 'rate' ? asked.everywhere(target.rate) : asked.within(target);
  return {
    target: targetText(latency, target), mapper: 'rules', goal: target, difficulty: asked.difficulty,
    ...describe(model, network, choices, { latency, ...(options.inputShapes !== undefined && { inputShapes: options.inputShapes }) }),
  };
};

/** Of the search for a plan that spends a time budget, and the share of it that may be left. */
const ROUNDS = 8;
const NEAR = 0.01;

/** The rules, asked about the layers of a network. */
class Asking {
  readonly difficulty: Difficulty;
  private readonly predict: (layer: MappedLayer, scheme: Scheme) => Prediction;
  private readonly groups: readonly (readonly number[])[];
  private readonly decideAt: (layer: MappedLayer, rate: number) => Choice;
  private readonly damage: Damage;
  private readonly thresholds: Thresholds;
  private readonly structures: NonNullable<MapOptions['structures']>;
  private readonly staysDense: (layer: MappedLayer) => boolean;
  private readonly network: MappedNetwork;
  private readonly model: Model;
  private readonly latency: LatencyModel;
  private readonly inputShapes: InputShapes | undefined;

  constructor(model: Model, network: MappedNetwork, latency: LatencyModel, options: MapOptions) {
    const { difficulty = TAKEN_AS_HARD, skip = [], skipFirst = false, filters = false, damage = energyDamage(), structures = 'by-rules' } = options;
    const thresholds = thresholdsOf(options.thresholds);
    const isSkipped = skipped(model, skip);
    this.network = network;
    this.model = model;
    this.latency = latency;
    this.inputShapes = options.inputShapes;
    this.difficulty = difficulty;
    this.damage = damage;
    this.thresholds = thresholds;
    // Whole filters are a structure that was asked for.
    this.structures = filters ? 'by-rules' : structures;
    this.predict = predictions(latency);
    this.groups = groupsOf(model, network.layers, { filters });
    const subject = (layer: MappedLayer, rate: number): Omit<RuleSubject, 'open'> => {
      const predict = (scheme: Scheme): Prediction => this.predict(layer, scheme);
      return { layer, rate, difficulty, thresholds, skipFirst, filters, skipped: isSkipped(layer.layer.name), predict, time: (scheme) => predict(scheme).ms };
    };
    this.decideAt = (layer, rate) => {
      const decision = decide(subject(layer, rate));
      return { ...decision, damage: damage(layer, decision.chosen.scheme) };
    };
    this.staysDense = (layer) => KEEP_DENSE.some(({ rule }) => rule({ ...subject(layer, 1), open: [] })?.dense !== undefined);
  }

  /** The same rate for all. */
  everywhere(rate: number): readonly Choice[] {
    const choices = new Array<Choice>(this.network.layers.length);
    for (const group of this.groups) this.agreed(group, rate).forEach((choice, i) => { choices[group[i]!] = choice; });
    return choices;
  }

  /** A rate for each group of layers, so that the budget holds. Throws `map.impossible`. */
  within(target: Exclude<MapTarget, { readonly kind: 'rate' }>): readonly Choice[] {
    const { layers } = this.network;
    const { unit, other, dense, budget, cost } = budgetOf(target, this.network);
    const menus = this.groups.map((group) => [
      group.map((i) => this.untouched(layers[i]!)), ...this.thresholds.rates.flatMap((rate) => (this.structures === 'any' && target.kind === 'latency' ? this.any(group, rate) : [this.agreed(group, rate)])),
    ].map((choices) => ({
      choices, cost: choices.reduce((sum, choice, i) => sum + cost(layers[group[i]!]!, choice), 0),
      damage: choices.reduce((sum, choice) => sum + choice.damage, 0),
    })));
    const assembled = (found: readonly number[]): readonly Choice[] => {
      const choices = new Array<Choice>(layers.length);
      found.forEach((item, g) => menus[g]![item]!.choices.forEach((choice, i) => { choices[this.groups[g]![i]!] = choice; }));
      return choices;
    };
    const reached = (choices: readonly Choice[]): number => (target.kind === 'latency' ? this.msOf(choices)
      : other + choices.reduce((sum, choice, i) => sum + cost(layers[i]!, choice), 0));
    const cheapest = menus.map((menu) => menu.reduce((best, item, i) => (item.cost < menu[best]!.cost ? i : best), 0));
    let allowed = budget - other;
    let best: readonly Choice[] | undefined;
    let [fits, exceeds]: (number | undefined)[] = [];
    // Menus have each layer beside a dense network. Beside a pruned one layers are a little faster: what that leaves of the budget is spent as well.
    for (let round = 0; round < ROUNDS; round++) {
      const choices = assembled(allocate(menus, allowed) ?? cheapest);
      const value = reached(choices);
      if (value <= budget * (1 + 1e-9)) [best, fits] = [choices, allowed];
      else exceeds = allowed;
      if (target.kind !== 'latency' || (best === choices && budget - value < NEAR * budget)) break;
      allowed = fits !== undefined && exceeds !== undefined ? (fits + exceeds) / 2 : allowed + budget - value;
    }
    if (best !== undefined) return best;
    const least = reached(assembled(cheapest));
    throw new FretworkError('map.impossible', 'no choice of the rules meets this target', {
      expected: unit(budget), actual: `${unit(least)} at best, at rates up to ${Math.max(...this.thresholds.rates)}; ${unit(dense)} dense`,
      hint: other > budget ? `layers without weights and what every run costs already take ${unit(other)}: a smaller network is needed`
        : `ask for ${unit(least)} or more, or allow higher rates (thresholds.rates); see in the plan for that which layers stay dense, and why`,
    });
  }

  /** Of the network, planned so. */
  private msOf(choices: readonly Choice[]): number {
    const entries = this.network.layers.map(({ layer: { name } }, i) => ({ layer: name, scheme: choices[i]!.chosen.scheme, reason: '' }));
    return this.latency.predictModel(this.model, { ...(this.inputShapes !== undefined && { inputShapes: this.inputShapes }), plan: { target: '', mapper: '', entries } }).ms;
  }

  /** Not pruned; the reason is that of the rules where they would not have done it at the lowest rate either. */
  private untouched(layer: MappedLayer): Choice {
    const attempt = this.decideAt(layer, this.thresholds.rates[0]!);
    return attempt.chosen.scheme.kind === 'dense' && attempt.refused === undefined ? attempt
      : { chosen: { scheme: DENSE, ms: layer.denseMs }, reason: 'the target is met without it', rule: 'target', damage: 0, ...(attempt.refused !== undefined && { refused: attempt.refused }) };
  }

  /** Every structure that a group of layers could get at a rate; none where one of them stays dense whatever it gets. */
  private any(group: readonly number[], rate: number): readonly (readonly Choice[])[] {
    const layers = group.map((i) => this.network.layers[i]!);
    const leader = layers.reduce((most, layer) => (layer.denseMs > most.denseMs ? layer : most));
    if (layers.some((layer) => this.staysDense(layer))) return [];
    return everyStructure(leader, rate, this.thresholds).flatMap((scheme) => {
      const choices = layers.map((layer): Choice => ({
        chosen: { scheme, ms: this.predict(layer, scheme).ms }, rule: 'any-structure', damage: (layer.first ? this.thresholds.firstCounts : 1) * this.damage(layer, scheme),
        reason: 'of all structures at all rates what loses least for the time that it takes, beside what other layers lose for theirs',
      }));
      return choices.every(({ chosen }, i) => chosen.ms <= (1 - this.thresholds.leastGain) * layers[i]!.denseMs) ? [choices] : [];
    });
  }

  /** Decisions for layers that must get the same: all dense where one of them is, else what the one that takes most time gets. */
  private agreed(group: readonly number[], rate: number): readonly Choice[] {
    const { layers } = this.network;
    const own = group.map((i) => this.decideAt(layers[i]!, rate));
    if (group.length === 1) return own;
    const refused = own.findIndex(({ chosen }) => chosen.scheme.kind === 'dense');
    if (refused >= 0) {
      const { layer: { name } } = layers[group[refused]!]!;
      return own.map((choice, i) => (choice.chosen.scheme.kind === 'dense' ? choice
        : { chosen: { scheme: DENSE, ms: layers[group[i]!]!.denseMs }, reason: `must agree with ${name}, which stays dense: ${own[refused]!.reason}`, rule: 'agree', damage: 0 }));
    }
    const leader = group.reduce((most, at, i) => (layers[at]!.denseMs > layers[group[most]!]!.denseMs ? i : most), 0);
    const { scheme } = own[leader]!.chosen;
    return own.map((choice, i) => {
      if (JSON.stringify(choice.chosen.scheme) === JSON.stringify(scheme)) return choice;
      const layer = layers[group[i]!]!;
      return { chosen: { scheme, ms: this.predict(layer, scheme).ms }, reason: `agrees with ${layers[group[leader]!]!.layer.name}`, rule: 'agree', damage: this.damage(layer, scheme) };
    });
  }
}

interface Budget {
  readonly unit: (value: number) => string;
  readonly budget: number;
  /** What no choice changes. */
  readonly other: number;
  readonly dense: number;
  readonly cost: (layer: MappedLayer, choice: Choice) => number;
}

function budgetOf(target: Exclude<MapTarget, { readonly kind: 'rate' }>, { layers, otherMs, otherMacs, denseMs }: MappedNetwork): Budget {
  const sum = (of: (layer: MappedLayer) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  switch (target.kind) {
    case 'latency': return { unit: milliseconds, budget: target.ms, other: otherMs, dense: denseMs, cost: (_, { chosen }) => chosen.ms };
    case 'weights': {
      const dense = sum(({ count }) => count);
      return { unit: (value) => `rate ${(dense / value).toPrecision(3)}`, budget: dense / target.rate, other: 0, dense, cost: ({ count }, { chosen }) => count / rateOf(chosen.scheme) };
    }
    case 'macs': {
      const dense = otherMacs + sum(({ macs }) => macs);
      return { unit: (value) => `1/${(dense / value).toPrecision(3)} of the multiply-accumulates`, budget: dense / target.rate, other: otherMacs, dense, cost: ({ macs }, { chosen }) => macs / rateOf(chosen.scheme) };
    }
  }
}

function checkTarget(target: MapTarget): void {
  const value = target.kind === 'latency' ? target.ms : target.rate;
  const good = target.kind === 'latency' ? value > 0 && Number.isFinite(value) : value >= 1 && Number.isFinite(value);
  if (!good) throw new FretworkError('map.target', `a target of ${target.kind} ${value} makes no sense`, { expected: target.kind === 'latency' ? 'milliseconds above 0' : 'a rate of at least 1', actual: String(value) });
}

function targetText({ key: { backend, device, threads } }: LatencyModel, target: MapTarget): string {
  const goal = target.kind === 'latency' ? milliseconds(target.ms) : `${target.kind === 'rate' ? 'rate' : target.kind} ${target.rate}`;
  return `${backend} on ${device}, ${threads} thread${threads === 1 ? '' : 's'}: ${goal}`;
}
