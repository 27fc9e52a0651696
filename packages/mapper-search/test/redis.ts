import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FROM_SOURCES } from './sources.js';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A server that writes its log before it answers. */
export async function startRedis(port: number, folder: string): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stdout! }).on('line', (line) => { if (line.includes('Ready to accept connections')) resolve(); });
    server.once('exit', () => reject(new Error('redis-server ended')));
  });
  return server;
}

export interface StartedWorker {
  readonly child: ChildProcess;
  readonly events: { readonly says: string; readonly job?: string; readonly queue: string }[];
  /** Resolves when the worker has said this. */
  says(what: string): Promise<void>;
}

export function startWorker(url: string, folder: string, lockMs: number): StartedWorker {
  const child = spawn(process.execPath, [...FROM_SOURCES, fileURLToPath(new URL('./worker-process.ts', import.meta.url)), url, folder, `${lockMs}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const events: StartedWorker['events'] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    events.push(JSON.parse(line) as StartedWorker['events'][number]);
    for (const listener of listeners) listener();
  });
  const says = (what: string): Promise<void> => new Promise((resolve) => {
    const look = (): void => {
      if (!events.some((event) => event.says === what)) return;
      listeners.delete(look);
      resolve();
    };
    listeners.add(look);
    look();
  });
  return { child, events, says };
}

export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
