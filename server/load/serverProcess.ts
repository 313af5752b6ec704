/**
 * The process of a server under load: the real one, in the data folder named by the first argument, at any free port.
 *
 * It says where it listens over the channel to its parent, answers questions there, and ends with that channel.
 */
import { startServer } from '../src/gateway/startServer.ts';
import { bytesHeld } from './bytesHeld.ts';

/** Bytes that JavaScript holds, in its heap and in buffers outside of it, and in how many threads beside the main one. */
export interface HeapReport {
  readonly mainBytes: number;
  readonly workerBytes: number;
  readonly workers: number;
}

export type ToServer = { readonly type: 'heap' };
export type FromServer =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'heap'; readonly report: HeapReport };

/** Threads answer within this time, or are too busy to count. */
const HEAP_ANSWERS_MS = 1_500;

const [dataDir, measured] = process.argv.slice(2);
if (dataDir === undefined || process.send === undefined)
  throw new Error('serverProcess.ts is started by ownServer.ts');

const say = (message: FromServer): void => void process.send?.(message);

const started = await startServer({
  host: '127.0.0.1',
  port: 0,
  dataDir,
  ...(measured === undefined ? {} : { workerEntry: new URL('./measuredWorker.ts', import.meta.url) }),
});
if (!started.ok) {
  say({ type: 'failed', message: started.message });
  process.exit(1);
}
const { server } = started;
const close = (): void => void server.close().then(() => process.exit(0));
process.once('SIGTERM', close);
process.once('disconnect', close);

const heaps = new BroadcastChannel('sandtable-heaps');
process.on('message', (message: ToServer) => {
  if (message.type === 'heap') void reportHeaps();
});
say({ type: 'ready', url: server.url });

async function reportHeaps(): Promise<void> {
  let workers = 0;
  let workerBytes = 0;
  heaps.onmessage = ({ data }: MessageEvent) => {
    workers += 1;
    workerBytes += Number(data);
  };
  heaps.postMessage('ask');
  await new Promise((resolve) => setTimeout(resolve, HEAP_ANSWERS_MS));
  global.gc?.();
  say({ type: 'heap', report: { mainBytes: bytesHeld(), workerBytes, workers } });
}
