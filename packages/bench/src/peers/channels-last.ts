/** `[channels, pixels]` → `[pixels, channels]`, what TensorFlow's convolutions read and write. */
export function toChannelsLast(values: ArrayLike<number>, channels: number): Float32Array {
  const pixels = values.length / channels;
  const out = new Float32Array(values.length);
  for (let c = 0; c < channels; c++) for (let p = 0; p < pixels; p++) out[p * channels + c] = values[c * pixels + p]!;
  return out;
}

export function fromChannelsLast(values: ArrayLike<number>, channels: number): Float32Array {
  const pixels = values.length / channels;
  const out = new Float32Array(values.length);
  for (let p = 0; p < pixels; p++) for (let c = 0; c < channels; c++) out[c * pixels + p] = values[p * channels + c]!;
  return out;
}
