import { describe, expect, it } from 'vitest';
import { bestOf } from '../src/opencl/clblast.js';

/** As clblast_tuner_xgemm prints it, colours and all; the last row is cut short. */
const PRINTED = `* Found \u001B[1m578 configuration(s)\u001B[0m
* Parameters explored: GEMMK MWG NWG KREG 

|   ID | total |            param |      local      |      global     |       compiles |         time | GFLOPS |            status |
x------x-------x------------------x-----------------x-----------------x----------------x--------------x--------x-------------------x
|  ref |     - |                - |       8       8 |     128     128 |             \u001B[32mOK\u001B[0m |     28.88 ms |      - |      \u001B[32mreference OK\u001B[0m |
|    1 |     4 |    0  128   64  1 |      16      32 |      16      64 |   \u001B[32mOK\u001B[0m    941 ms |      0.75 ms |   11.1 |     \u001B[32mresults match\u001B[0m |
|    2 |     4 |    0   64   64  1 |      16       8 |      32      16 |   \u001B[32mOK\u001B[0m   1875 ms |      0.28 ms |   29.4 |     \u001B[32mresults match\u001B[0m |
|    3 |     4 |    0   16   64  1 |       8      16 |      64      32 |   \u001B[32mOK\u001B[0m    620 ms |      0.01 ms |   99.9 | \u001B[31mL2 error 1.00e+00\u001B[0m |
|    4 |     4 |    0   32   32  1 |       8`;

describe('what the tuner of CLBlast prints', () => {
  it('gives the fastest configuration with right results', () => {
    expect(bestOf(PRINTED)).toEqual({ tried: 2, parameters: ['GEMMK=0', 'MWG=64', 'NWG=64', 'KREG=1'] });
  });

  it('gives none where nothing was printed', () => {
    expect(bestOf('')).toEqual({ tried: 0, parameters: [] });
  });
});
