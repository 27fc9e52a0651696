/** As much of Node's file system as `file.node.ts` needs, so that the rest of the package is compiled without Node's types. */
declare module 'node:fs/promises' {
  interface FileHandle {
    stat(): Promise<{ readonly size: number; isFile(): boolean }>;
    read(buffer: Uint8Array, offset: number, length: number, position: null): Promise<{ readonly bytesRead: number }>;
    close(): Promise<void>;
  }
  export function open(path: string | URL): Promise<FileHandle>;
}
