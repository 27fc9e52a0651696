import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { explainPasses, planLayouts, planResidualAdds } from '../src/index.js';
import { Build } from './build.js';
import { randomGraph } from './random-graph.js';

function block(): Build {
  const b = new Build();
  const x = b.input('x', ['N', 2, 8, 8]);
  const first = b.layer('Conv', [x, b.floats('w1', [2, 2, 3, 3], new Array<number>(36).fill(0.1))], { pads: [1, 1, 1, 1] }, { name: 'first' });
  const second = b.layer('Conv', [first, b.floats('w2', [2, 2, 1, 1], [1, 0, 0, 1])], {}, { name: 'second' });
  b.output(b.layer('Relu', [b.layer('Add', [second, first], {}, { name: 'add' })], {}, { name: 'relu' }));
  return b;
}

describe('explainPasses', () => {
  it('tells for each layer what became of it, and why what is left is left', () => {
    const { explanation } = explainPasses(block().model());
    expect(explanation.before.map(({ name, notes }) => [name, notes.map(({ says }) => says)])).toEqual([
      ['first', []], ['second', []], ['add', []], ['relu', ['applied by add']],
    ]);
    expect(explanation.after.map(({ name, operator, shape, activation, from }) => ({ name, operator, shape, activation, from }))).toEqual([
      { name: 'first', operator: 'Conv', shape: ['N', 2, 8, 8], activation: undefined, from: [] },
      { name: 'second', operator: 'Conv', shape: ['N', 2, 8, 8], activation: undefined, from: [] },
      { name: 'add', operator: 'Add', shape: ['N', 2, 8, 8], activation: { kind: 'relu' }, from: ['add', 'relu'] },
    ]);
    expect(explanation.after[2]!.notes[0]).toEqual({ pass: 'find-residual-adds', outcome: 'plan', says: 'second can add first_out while it stores' });
    expect(explanation.after[1]!.weights).toEqual([{ shape: [2, 2, 1, 1], encoding: 'dense', density: 0.5 }]);
  });

  it('is a plain record in which no layer goes away without a word', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { explanation } = explainPasses(randomGraph(random(seed)));
      expect(JSON.parse(JSON.stringify(explanation)), `seed ${seed}`).toEqual(explanation);
      const left = new Set(explanation.after.map(({ name }) => name));
      const silent = explanation.before.filter(({ name, notes }) => !left.has(name) && notes.length === 0).map(({ name }) => name);
      expect(silent, `seed ${seed}`).toEqual([]);
    }
  });
});

describe('planResidualAdds', () => {
  it('picks the product that runs last, and says why there is none', () => {
    const b = block();
    b.output('second_out');
    const plain = block().model();
    expect(planResidualAdds(plain)).toEqual([{ add: 'add', ok: true, into: 'second', residual: 'first_out', output: 'add_out' }]);
    const [row] = planResidualAdds(b.model());
    expect(row).toMatchObject({ ok: false, reason: 'what second makes is an output of the model and must stay; what first makes is also read by second' });
  });
});

describe('planLayouts', () => {
  it('gives images their borders, small ones to pixels, and the rest as it is', () => {
    const b = new Build();
    const w = b.floats('w', [2, 2, 3, 3], new Array<number>(36).fill(0));
    const large = b.layer('Conv', [b.input('x', [1, 2, 16, 16]), w], { pads: [1, 1, 1, 1] }, { name: 'large' });
    const small = b.layer('Conv', [large, w], { pads: [0, 1, 1, 2], strides: [3, 3] }, { name: 'small' });
    const tiny = b.layer('Conv', [small, w], { pads: [1, 1, 1, 1] }, { name: 'tiny' });
    b.output(b.layer('Flatten', [b.layer('Conv', [tiny, w], {}, { name: 'last' })], {}, { name: 'flat' }));
    expect(planLayouts(b.model()).map(({ value, layout, border }) => [value, layout, border])).toEqual([
      ['x', 'planes', [1, 1, 1, 1]], ['large_out', 'planes', [0, 1, 1, 2]], ['small_out', 'pixels', []], ['tiny_out', 'pixels', []],
      ['last_out', 'planes', []], ['flat_out', 'rows', []],
    ]);
    expect(planLayouts(b.model(), { fewPositions: 4 })[2]).toMatchObject({ layout: 'planes', border: [1, 1, 1, 1] });
  });
});
