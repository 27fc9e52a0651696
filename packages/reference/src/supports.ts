import { FretworkError, quote, type Layer, type Model } from '@fretwork/format';
import type { OperatorRow, Support } from './contract.js';
import { findOperator, OPERATORS } from './operators/table.js';

/** Whether `layer` can be computed, as far as its operator and attributes tell; `operators` are asked first. */
export function supports(layer: Layer, operators: readonly OperatorRow[] = []): Support {
  return answer(layer, [...operators, ...OPERATORS]);
}

function answer(layer: Layer, rows: readonly OperatorRow[]): Support {
  const row = findOperator(layer, rows);
  if (row !== undefined) return row.supports?.(layer) ?? { ok: true };
  const name = layer.domain === '' ? layer.operator : `${layer.domain}.${layer.operator}`;
  return {
    ok: false,
    reason: `operator ${name} is not known`,
    hint: 'rewrite the layer with ONNX operators that are, or pass its definition in `operators`',
  };
}

/** Throws `run.unsupported` with every layer that cannot be computed, or returns where there is none. */
export function requireSupport(model: Model, rows: readonly OperatorRow[]): void {
  const refused = model.layers.flatMap((layer) => {
    const support = answer(layer, rows);
    return support.ok ? [] : [{ layer, support }];
  });
  if (refused.length === 0) return;
  const list = refused.map(({ layer, support }) => `\n  ${quote(layer.name)}: ${support.reason}`).join('');
  throw new FretworkError('run.unsupported', `${refused.length} of ${model.layers.length} layers cannot be computed:${list}\n `, {
    ...(refused.length === 1 ? { layer: refused[0]!.layer.name } : {}),
    hint: [...new Set(refused.map(({ support }) => support.hint))].join('; '),
  });
}
