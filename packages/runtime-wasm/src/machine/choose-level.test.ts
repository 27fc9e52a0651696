import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Compiled modules are kept, so that each host of a test needs the code anew. */
async function fresh(): Promise<typeof import('./choose-level.js')> {
  vi.resetModules();
  return import('./choose-level.js');
}

it('takes the best level that compiles', async () => {
  const { chooseLevel } = await fresh();
  expect(await chooseLevel('auto')).toMatchObject({ level: 'relaxed', why: 'the best that this host compiles', module: expect.any(WebAssembly.Module) });
  expect(await chooseLevel('simd')).toMatchObject({ level: 'simd', why: 'asked for' });
});

it('compiles nothing where the detector says no', async () => {
  const { chooseLevel } = await fresh();
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  const compile = vi.spyOn(WebAssembly, 'compile');
  expect(await chooseLevel('auto')).toEqual({
    level: 'javascript', code: 'none', tiles: 'narrow', why: 'relaxed is refused: this host has no relaxed SIMD; simd is refused: this host has no SIMD',
  });
  expect(compile).not.toHaveBeenCalled();
});

it('goes down one level where only relaxed SIMD is missing', async () => {
  const { chooseLevel } = await fresh();
  vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false);
  expect(await chooseLevel('auto')).toMatchObject({
    level: 'simd', why: 'the best that this host compiles; relaxed is refused: this host has no relaxed SIMD',
  });
});

it('does not believe the detector where compiling is refused', async () => {
  const { chooseLevel } = await fresh();
  const validate = vi.spyOn(WebAssembly, 'validate');
  vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new EvalError('blocked by the content security policy'));
  const chosen = await chooseLevel('auto');
  expect(validate.mock.results.map(({ value }) => value as unknown)).toEqual([true, true]);
  expect(chosen).toEqual({
    level: 'javascript', code: 'none', tiles: 'narrow',
    why: 'relaxed and simd are refused: blocked by the content security policy',
  });
  const error = await chooseLevel('simd').catch((e: unknown) => e);
  expect(error).toMatchObject({ name: 'FretworkError', code: 'run.level', message: expect.stringContaining('content security policy') });
});

it('says that there is no WebAssembly', async () => {
  const { chooseLevel } = await fresh();
  vi.stubGlobal('WebAssembly', undefined);
  expect(await chooseLevel('auto')).toMatchObject({ level: 'javascript', why: 'relaxed and simd are refused: this host has no WebAssembly' });
});
