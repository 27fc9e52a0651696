/** Objects of OpenCL that are there; all zero when everything was disposed of. */
export interface LiveObjects {
  readonly contexts: number;
  readonly queues: number;
  readonly programs: number;
  readonly kernels: number;
  /** Buffers, pieces of buffers and images. */
  readonly memory: number;
  readonly events: number;
}

export const LIVE: { -readonly [Key in keyof LiveObjects]: number } = { contexts: 0, queues: 0, programs: 0, kernels: 0, memory: 0, events: 0 };

/** A count of what this process has of OpenCL now. */
export const liveObjects = (): LiveObjects => ({ ...LIVE });
