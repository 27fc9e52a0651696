/** As much of Node as the threads need, so that the rest of the package is compiled without Node's types. */
declare module 'node:worker_threads' {
  export class Worker {
    constructor(file: URL, options: { readonly name: string; readonly workerData: unknown; readonly execArgv: readonly string[] });
    on(event: 'message' | 'exit', listener: () => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    terminate(): Promise<number>;
    unref(): void;
  }
  export const workerData: unknown;
  export const parentPort: { postMessage(message: string, transfer: readonly []): void } | null;
}

declare module 'node:os' {
  export function availableParallelism(): number;
}

declare module 'node:v8' {
  export function setFlagsFromString(flags: string): void;
}
