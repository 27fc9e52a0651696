import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataCache } from '@fretwork/datasets';
import { concat } from './forge.js';

/** What the server does with a request; `respond` is the well-behaved answer. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, respond: () => void) => void;

export interface Origin {
  readonly base: string;
  /** The `range` header of each request, in order; `whole` where there was none. */
  readonly requests: string[];
  behave: Behaviour;
  readonly close: () => Promise<void>;
}

/** An HTTP server on this machine's loopback that serves `files` by name, ranges included. */
export async function origin(files: Readonly<Record<string, Uint8Array>>): Promise<Origin> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? 'whole');
    self.behave(request, response, () => respond(files[request.url!.slice(1)], request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: Origin = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: (_request, _response, respondNow) => respondNow(),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  return self;
}

function respond(bytes: Uint8Array | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (bytes === undefined) {
    response.writeHead(404).end('no such file');
    return;
  }
  const from = /^bytes=([0-9]+)-$/.exec(request.headers.range ?? '')?.[1];
  if (from === undefined) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  else response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }).end(bytes.subarray(Number(from)));
}

/** A cache in memory; `files` is what it holds. */
export function memoryCache(files: Map<string, Uint8Array> = new Map()): DataCache & { readonly files: Map<string, Uint8Array> } {
  return {
    files,
    size: async (path) => files.get(path)?.length,
    read: async (path) => files.get(path)!,
    append: async (path, bytes) => void files.set(path, concat(files.get(path) ?? [], bytes)),
    rename: async (from, to) => {
      files.set(to, files.get(from)!);
      files.delete(from);
    },
    remove: async (path) => void files.delete(path),
  };
}
