import { dense, parseModel, type MappingPlan, type Model, type Scheme } from '@fretwork/format';
import { buildNetwork } from '@fretwork/networks';
import { describe, expect, it } from 'vitest';
import { kindOf, queriesOf, touchedByRun, type ConvolutionQuery, type LayerQuery } from '../src/index.js';

/** As the passes leave a network: batch norms folded away. */
function withoutNorms(model: Model): Model {
  const renamed = new Map(model.layers.flatMap((layer) => (layer.operator === 'BatchNormalization' ? [[layer.outputs[0]!, layer.inputs[0]!]] : [])));
  const name = (value: string): string => renamed.get(value) ?? value;
  return { ...model, layers: model.layers.filter(({ operator }) => operator !== 'BatchNormalization').map((layer) => ({ ...layer, inputs: layer.inputs.map(name) })) };
}

const queryOf = (model: Model, layer: string, plan?: MappingPlan): LayerQuery => queriesOf(model, plan === undefined ? {} : { plan }).find((one) => one.layer === layer)!.query!;

describe('queriesOf', () => {
  const resnet = withoutNorms(buildNetwork('resnet18', { size: 32, classes: 10 }));

  it('reads sizes, joins sums and curves to their convolutions, and skips what only renames', () => {
    const rows = queriesOf(resnet);
    const kinds = rows.flatMap(({ query }) => (query === undefined ? [] : [kindOf(query)]));
    expect(kinds.filter((kind) => kind === '3x3')).toHaveLength(17);
    expect(kinds.filter((kind) => kind === '1x1')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'glue')).toHaveLength(1);
    const residual = rows.filter(({ query }) => query?.layer === 'convolution' && query.residual);
    expect(residual).toHaveLength(8);
    for (const row of rows) if (row.query === undefined) expect(row.reason).toMatch(/joins|renames/);
    expect(rows.filter(({ query }) => query === undefined)).toHaveLength(8 + 17 + 1);
  });

  it('knows which padding the maps behind a layer carry', () => {
    const named = new Map(queriesOf(resnet).flatMap(({ layer, query }) => (query?.layer === 'convolution' ? [[layer, query]] : [])));
    const margins = [...named.values()].map(({ margin }: ConvolutionQuery) => margin);
    expect(margins.filter((margin) => margin === 1).length).toBeGreaterThan(10);
    // What ends in the pool carries none.
    expect(margins.at(-1)).toBe(0);
  });

  it('tells each layer what the others touch', () => {
    const queries = queriesOf(resnet).flatMap(({ query }) => query ?? []);
    const all = touchedByRun(queries);
    for (const query of queries) expect(query.besides).toBeLessThanOrEqual(all);
    expect(all).toBeGreaterThan(4 * 11e6);
  });

  it('takes schemes from the plan, and names no density it does not know', () => {
    const scheme: Scheme = { kind: 'bcr', rate: 8, blockRows: 8, blockColumns: 32, rowShare: 0.5 };
    const layer = resnet.layers.filter(({ operator }) => operator === 'Conv')[3]!.name;
    const query = queryOf(resnet, layer, { target: '', mapper: '', entries: [{ layer, scheme, reason: '' }] }) as ConvolutionQuery;
    expect(query.scheme).toEqual(scheme);
    expect(query.density).toBeUndefined();
    expect((queryOf(resnet, layer) as ConvolutionQuery).scheme).toEqual({ kind: 'dense' });
  });

  it('counts zeros and recognises what they show', () => {
    const layer = resnet.layers.filter(({ operator }) => operator === 'Conv')[3]!;
    const name = layer.inputs[1]!;
    const weight = resnet.tensors.get(name)!;
    if (weight.kind !== 'dense') throw new Error('random weights are dense');
    const half = weight.data.length / 2;
    const values = (weight.data as Float32Array).map((value, i) => (i < half ? value : 0));
    const query = queryOf({ ...resnet, tensors: new Map([...resnet.tensors, [name, dense('f32', weight.shape, values)]]) }, layer.name) as ConvolutionQuery;
    expect(query.density).toBeCloseTo(0.5, 6);
    expect(query.scheme).toMatchObject({ kind: 'filter' });
  });

  it('reads recurrent and fully connected layers, and takes open sizes as 1', () => {
    const gru = buildNetwork('gru', { hidden: 64, inputs: 12, frames: 20, classes: 5 });
    const queries = queriesOf(gru).flatMap(({ query }) => query ?? []);
    expect(queries.filter(({ layer }) => layer === 'recurrent')).toMatchObject([
      { cell: 'gru', inputs: 12, hidden: 64, steps: 20, batch: 1, directions: 1, resetAfter: false }, { inputs: 64, hidden: 64, steps: 20 },
    ]);
    expect(queries.filter(({ layer }) => layer === 'full')).toMatchObject([{ inputs: 64, outputs: 5, vectors: 20 }]);
    const batch = queriesOf(gru, { inputShapes: { frames: [3, 20, 12] } }).flatMap(({ query }) => query ?? []);
    expect(batch.find(({ layer }) => layer === 'recurrent')).toMatchObject({ batch: 3 });
  });

  it('says why it does not know a layer', () => {
    const model = parseModel(`fretwork 1
model odd
producer test version 1 opset 0

input x f32 [1, 4]
output y i64

layer a = NonZero(x) -> y
`);
    expect(queriesOf(model)).toMatchObject([{ layer: 'a', reason: 'operator NonZero is not one that is measured' }]);
  });
});
