import { arch, availableParallelism, cpus, platform } from 'node:os';

/** Processor, cores and system, for captions. */
export const machineText = (): string => `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${platform()} ${arch()}, Node ${process.versions.node}`;
