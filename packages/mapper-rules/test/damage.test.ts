import { weightsOf, type Layer, type Scheme } from '@fretwork/format';
import { buildNetwork } from '@fretwork/networks';
import { planPruning, pruneModel } from '@fretwork/pruner';
import { describe, expect, it } from 'vitest';
import { energyDamage, scanDamage, type MappedLayer } from '../src/index.js';

const MODEL = buildNetwork('vgg-small', { width: 16 }, 3);
const layerOf = (name: string): MappedLayer => {
  const layer: Layer = MODEL.layers.find((l) => l.name === name)!;
  return { layer, weights: weightsOf(MODEL, layer), count: 0, macs: 0, denseMs: 1, share: 1, first: false };
};

const SCHEMES: readonly Scheme[] = [
  { kind: 'unstructured', rate: 4 }, { kind: 'filter', rate: 2 }, { kind: 'channel', rate: 2 }, { kind: 'pattern', rate: 4, keep: 4, patterns: 8 },
  { kind: 'block-punched', rate: 3, blockFilters: 8, blockChannels: 4 }, { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 16, rowShare: 0.5 },
  { kind: 'bcr', rate: 4, blockRows: 8, blockColumns: 32, rowShare: 0 }, { kind: 'bcr', rate: 8, blockRows: 8, blockColumns: 16, rowShare: 1 },
];

describe('the energy that is thought to stay', () => {
  it.each(SCHEMES)('is that of the projection, but for 0.08: $kind', (scheme) => {
    const layers = MODEL.layers.filter((layer) => layer.operator === 'Conv').slice(1);
    for (const { name } of layers) {
      const request = { plan: { target: '', mapper: '', entries: [{ layer: name, scheme, reason: '' }] } };
      expect(planPruning(MODEL, request).layers.find((l) => l.layer === name)!.scheme).toEqual(scheme);
      const { energy } = pruneModel(MODEL, request).report.layers.find((l) => l.layer === name)!;
      const thought = 1 / (1 + energyDamage()(layerOf(name), scheme));
      expect([name, Math.abs(thought - energy) < 0.08 ? 'near' : `${thought} for ${energy}`]).toEqual([name, 'near']);
    }
  });

  it('falls with the rate, and is all of it for dense layers', () => {
    const damage = energyDamage();
    const layer = layerOf('conv2_1');
    expect(damage(layer, { kind: 'dense' })).toBe(0);
    const at = [1.5, 2, 4, 8, 16].map((rate) => damage(layer, { kind: 'bcr', rate, blockRows: 8, blockColumns: 16, rowShare: 0.5 }));
    expect(at.every((d, i) => d > (at[i - 1] ?? 0))).toBe(true);
  });
});

describe('a scan', () => {
  const scheme: Scheme = { kind: 'bcr', rate: 2, blockRows: 8, blockColumns: 16, rowShare: 0.5 };
  const scan = { scheme, layers: [{ layer: 'conv2_1', points: [{ asked: 2, drop: 0.02 }, { asked: 4, drop: 0.01 }, { asked: 8, drop: 0.1 }, { asked: 16 }] }] };
  const damage = scanDamage(scan, energyDamage());
  const at = (rate: number): number => damage(layerOf('conv2_1'), { ...scheme, rate });

  it('is obeyed at its points, never falls, and goes on beyond', () => {
    expect(at(2)).toBeCloseTo(0.02, 3);
    expect(at(4)).toBeCloseTo(0.02, 3);
    expect(at(8)).toBeCloseTo(0.1, 2);
    expect(at(16)).toBeCloseTo(0.18, 2);
    expect(at(1.4)).toBeLessThan(at(2));
  });

  it('is scaled for other structures, and does not speak of other layers', () => {
    expect(damage(layerOf('conv2_1'), { kind: 'unstructured', rate: 8 })).toBeLessThan(at(8));
    expect(damage(layerOf('conv2_1'), { kind: 'dense' })).toBe(0);
    expect(damage(layerOf('conv3_1'), scheme)).toBe(energyDamage()(layerOf('conv3_1'), scheme));
  });
});
