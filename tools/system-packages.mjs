/**
 * The Debian packages that checks call, one row each. Installs what is missing where it may (root, apt); otherwise says what to
 * install and exits with 1. Runs before `npm ci`, hence plain JavaScript for the Node that is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const NEEDED = [
  { command: 'git', debian: 'git', for: 'the table of lines per source file' },
  { command: 'chromium', debian: 'chromium', for: 'the tests that open pages' },
  { command: 'aarch64-linux-gnu-gcc', debian: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross', for: 'the tests that compile C for ARM' },
  { command: 'clang-14', debian: 'clang-14', for: 'the tests that compile C for ARM' },
  { command: 'gcc', debian: 'gcc libc6-dev', for: 'the tests that run code for ARM under sanitizers of this machine' },
  { file: '/usr/include/simde/arm/neon.h', debian: 'libsimde-dev', for: 'the tests that run code for ARM under sanitizers of this machine' },
  { command: 'redis-server', debian: 'redis-server', for: 'the tests of the queue' },
  { command: 'qemu-aarch64', debian: 'qemu-user', for: 'the tests that run code for ARM' },
  { file: '/etc/OpenCL/vendors/pocl.icd', debian: 'pocl-opencl-icd ocl-icd-libopencl1', for: 'the tests that run OpenCL on the CPU' },
  { file: '/usr/include/CL/cl.h', debian: 'ocl-icd-opencl-dev opencl-c-headers', for: 'the tests that compile the OpenCL host' },
  { file: '/usr/lib/oclgrind/liboclgrind-rt-icd.so', debian: 'oclgrind', for: 'the tests that check every memory access of OpenCL kernels' },
  { file: '/usr/include/clblast_c.h', debian: 'libclblast-dev clblast-utils', for: 'the dense peer of fretwork bench opencl --clblast' },
  { command: 'clang-15', debian: 'clang-15', for: 'the tests that compile OpenCL kernels with halves' },
  { command: 'llvm-spirv-15', debian: 'llvm-spirv-15', for: 'the tests that compile OpenCL kernels with halves' },
  { command: 'spirv-val', debian: 'spirv-tools', for: 'the tests that compile OpenCL kernels with halves' },
];

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const isThere = ({ command, file }) => (file === undefined ? works(command, '--version') : existsSync(file));

const missing = NEEDED.filter((row) => !isThere(row));
if (missing.length === 0) process.exit(0);

const names = missing.flatMap(({ debian }) => debian.split(' '));
if (process.getuid?.() === 0 && works('apt-get', '--version')) {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-q'], options);
  spawnSync('apt-get', ['install', '-qy', '--no-install-recommends', ...names], options);
}

const stillMissing = missing.filter((row) => !isThere(row));
for (const row of stillMissing) console.error(`missing: ${row.command ?? row.file}, needed for ${row.for}`);
if (stillMissing.length > 0) {
  console.error(`install with: sudo apt-get install ${stillMissing.map(({ debian }) => debian).join(' ')}`);
  process.exit(1);
}
