import { pruneRegularly } from '@fretwork/conformance';
import { importModel } from '@fretwork/onnx';
import { planSchedule, type Schedule } from '@fretwork/compiler';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { neon, type NeonOptions } from '../src/index.js';
import { BALANCE, partsOf } from '../src/product/split.js';
import { compile, contextOf, withSelfTest } from './compiled.js';
import { bytesOf, haveData, NO_DATA } from './data.js';
import { mixed, recurrent } from './networks.js';
import { haveTools, MISSING, Project } from './toolchain.js';

/** Maps large enough to be shared out, and what shares rows, what positions, what stays with one thread. */
const networks = { mixed: mixed([2, 6, 43, 37], 200), pruned: pruneRegularly(mixed([2, 6, 43, 37], 200), 0), gru: recurrent('GRU'), late: recurrent('GRU', 1), lstm: pruneRegularly(recurrent('LSTM')) };

const BYTES: NeonOptions = { type: 'i8', cpu: 'armv82' };

describe('threads', () => {
  it.for(Object.keys(networks))('compute %s as the reference does, by 2, 4, and all parts by one', { timeout: 600_000 }, (name, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    // One thread is every other test's; here it does what is cut for four.
    for (const threads of [2, 4]) {
      const compiled = compile(networks[name as keyof typeof networks], { weights: 'file' }, 1, { threads });
      expect(compiled.plan.threads).toBe(threads);
      expect(compiled.plan.layers.some(({ parts }) => parts === threads)).toBe(true);
      const project = new Project(withSelfTest(compiled, 2));
      try {
        project.build(threads === 2 ? 'gcc' : 'clang', ['-pthread'], '-O1');
        expect(project.run()).toContain('case 1, output');
        if (threads === 2) continue;
        project.build('clang', ['-DMODEL_NO_THREADS'], '-O1');
        expect(project.run()).toContain('case 1, output');
      } finally {
        project.dispose();
      }
    }
  });

  it.for(['kws/models/GRU_L.onnx', 'kws/models/DS_CNN_L.onnx', 'models/resnet20_cifar10/model.onnx'])('compute %s as the reference does, each with its share of the weights', { timeout: 600_000 }, (path, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    if (!haveData) ctx.skip(NO_DATA);
    const compiled = compile(pruneRegularly(importModel(bytesOf(path))), { weights: 'file' }, 1, { threads: 2 });
    for (const { layer, splits } of compiled.plan.layers) for (const { balance } of splits) expect(balance, layer).toBeLessThanOrEqual(BALANCE);
    const project = new Project(withSelfTest(compiled, 1));
    try {
      project.build('gcc', ['-pthread'], '-O1');
      expect(project.run()).toContain('case 0, output 0');
    } finally {
      project.dispose();
    }
  });

  it('touch no byte that is not theirs', { timeout: 600_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const project = new Project(withSelfTest(compile(networks.lstm, { weights: 'file' }, 1, { threads: 3 }), 1));
    try {
      project.build('gcc', ['-g', '-pthread', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], '-O1');
      expect(project.run()).toContain('case 0, output 0');
    } finally {
      project.dispose();
    }
  });

  // ThreadSanitizer does not run under qemu, and leaks do not show there: the same C, its intrinsics in plain C, on this machine.
  it.for(['thread', 'leak'])('race for nothing and leave nothing behind, says -fsanitize=%s', { timeout: 600_000 }, (sanitizer, ctx) => {
    const simde = spawnSync('gcc', ['-E', '-x', 'c', '-', '-o', '/dev/null'], { input: '#include <simde/arm/neon.h>' }).status === 0;
    if (!simde) ctx.skip('no gcc, or no SIMDe: node tools/system-packages.mjs');
    for (const [name, options] of [['mixed', {}], ['pruned', {}], ['lstm', {}], ['pruned', BYTES], ['late', BYTES], ['lstm', BYTES]] as const) {
      const project = new Project(withSelfTest(compile(networks[name], { ...options, weights: 'file' }, 1, { threads: 4 }), 3));
      try {
        project.buildHere([`-fsanitize=${sanitizer}`]);
        expect(project.runHere()).toContain('case 2, output 0');
      } finally {
        project.dispose();
      }
    }
  });

  it('are refused where there are too many or none', () => {
    for (const threads of [0, 65, 1.5]) {
      expect(neon().plan(contextOf(mixed()), { threads })).toMatchObject({ ok: false, refusals: [{ reason: `${threads} threads are asked for`, hint: 'ask for 1 to 64' }] });
    }
  });
});

describe('shares', () => {
  it('of positions are whole vectors but for the last, and cover all', () => {
    for (let positions = 32; positions < 200; positions++) {
      for (const threads of [2, 3, 4]) {
        const parts = partsOf(positions, threads);
        let next = 0;
        for (const { start, count } of parts) {
          expect(start).toBe(next);
          expect(start % 4).toBe(0);
          expect(count).toBeGreaterThanOrEqual(4);
          next += count;
        }
        expect(next).toBe(positions);
      }
    }
  });

  it('of rows are those that the plan says', () => {
    const { plan, context } = compile(networks.lstm, {}, 1, { threads: 4 });
    let seen = 0;
    for (const { splits, schedules } of plan.layers) {
      splits.forEach(({ by, balance }, i) => {
        if (by !== 'rows') return;
        const tensor = context.model.tensors.get(schedules[i]!.tensor)!;
        if (tensor.kind !== 'sparse') return;
        const schedule: Schedule = planSchedule(tensor.matrices.slice(schedules[i]!.from, schedules[i]!.to), schedules[i]!.options);
        expect(schedule.parts.length).toBe(4);
        expect((Math.max(...schedule.parts.map(({ nnz }) => nnz)) * 4) / schedule.nnz).toBeCloseTo(balance, 9);
        seen++;
      });
    }
    expect(seen).toBeGreaterThan(0);
  });
});
