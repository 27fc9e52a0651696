import { cFloat, cString, inComment } from '@fretwork/compiler';
import type { OpenclPlan } from '../contract.js';
import type { BufferRow, LaunchArgument, LaunchPlan } from '../launch-plan.js';
import { HOST } from './host-text.js';

const KINDS: readonly BufferRow['kind'][] = ['arena', 'constant', 'own', 'image'];

/** `model.c`: the list of launches as tables, and the host that carries it out. */
export function hostSource({ prefix }: OpenclPlan, plan: LaunchPlan): string {
  const kernels = [...new Set(plan.launches.map(({ kernel }) => kernel))];
  const firsts: number[] = [];
  let at = 0;
  for (const { args } of plan.launches) {
    firsts.push(at);
    at += args.length;
  }
  const tables = [
    ...tensors(plan.inputs, 'input', prefix), ...tensors(plan.outputs, 'output', prefix), '',
    ...table('static const buffer_row buffers[]', plan.buffers.map((row) => `{${KINDS.indexOf(row.kind)}, ${'offset' in row ? row.offset : 'of' in row ? row.of : 0}u, ${'bytes' in row ? row.bytes : row.texels}u}`)),
    ...table('static const char *const kernel_names[]', kernels.map((name) => `"${name}"`)),
    ...table('static const char *const layer_names[]', plan.layers.map(cString)),
    ...table('static const argument arguments[]', plan.launches.flatMap(({ args }) => args.map(argument))),
    ...table('static const launch_row launches[]', plan.launches.map(({ layer, kernel, global, group, args }, i) =>
      `{${layer}, ${kernels.indexOf(kernel)}, {${global.join(', ')}}, ${group.axis}, ${group.most}, ${group.alone === true ? 1 : 0}, ${group.across ?? 1}, ${firsts[i]}, ${args.length}}`), plan.launches.map(({ layer }) => (layer < 0 ? 'input or output' : inComment(JSON.stringify(plan.layers[layer]!), 60)))),
  ];
  const named = HOST
    .replace('FW_HEADER', `${prefix}.h`)
    .replace('FW_TABLES', () => tables.join('\n'))
    .replace('FW_LAYER_COUNT', String(plan.layers.length)).replace('FW_KERNEL_COUNT', String(kernels.length)).replace('FW_LAUNCH_COUNT', String(plan.launches.length)).replace('FW_BUFFER_COUNT', String(plan.buffers.length))
    .replace('FW_ARENA_BYTES', `${plan.arenaBytes}u`).replace('FW_OPTION_TEXT', cString(plan.options)).replace('FW_IS_HALF', plan.type === 'f32' ? '0' : '1').replace('FW_NEEDS_HALF', plan.type === 'f16' ? '1' : '0')
    .replace('FW_INPUT_BUFFERS', plan.inputs.map(({ buffer }) => buffer).join(', ')).replace('FW_OUTPUT_BUFFERS', plan.outputs.map(({ buffer }) => buffer).join(', '));
  return named.replaceAll('FWU_', `${prefix.toUpperCase()}_`).replaceAll('FW_', `${prefix}_`);
}

function argument([kind, value]: LaunchArgument): string {
  return `{'${kind}', ${kind === 'f' ? `0, ${cFloat(value)}` : `${value}, 0.0f`}}`;
}

function tensors(list: LaunchPlan['inputs'], what: string, prefix: string): string[] {
  return [
    ...list.map(({ shape }, i) => `static const int32_t ${what}_shape_${i}[] = {${shape.length === 0 ? '0' : shape.join(', ')}};`),
    ...table(`const ${prefix}_tensor ${prefix}_${what}s[]`, list.map(({ name, shape }, i) => `{${cString(name)}, ${shape.length}, ${what}_shape_${i}, ${shape.reduce((a, b) => a * b, 1)}}`)),
  ];
}

/** A row per line, with a comment behind it where there are some. An array of C has at least one element. */
function table(head: string, rows: readonly string[], comments: readonly string[] = []): string[] {
  return [`${head} = {`, ...(rows.length === 0 ? ['  {0}'] : rows.map((row, i) => `  ${row},${comments[i] === undefined ? '' : ` /* ${comments[i]} */`}`)), '};'];
}

/** `model_kernels.c`: the kernels as strings, none of them longer than C allows. */
export function kernelStrings({ prefix }: OpenclPlan, source: string): string {
  const pieces = source.split('\n').flatMap((line) => `${line}\n`.match(/[^]{1,1000}/g)!);
  return [
    `/* The text of ${prefix}.cl. */`, '#include <stddef.h>', '', `extern const char *const ${prefix}_source[];`, `extern const size_t ${prefix}_source_pieces;`, '',
    `const char *const ${prefix}_source[] = {`, ...pieces.map((piece) => `  ${cString(piece)},`), '};', `const size_t ${prefix}_source_pieces = ${pieces.length};`, '',
  ].join('\n');
}
