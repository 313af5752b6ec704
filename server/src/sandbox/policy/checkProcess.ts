/**
 * The process of a checker. A thread would not do: TypeScript can run into the limit of its heap faster than a thread can be
 * stopped, and then the whole process is ended. So it is a process of its own, with the compiler on a second thread: the first
 * one always listens, and ends both as soon as the server is gone, however busy the compiler is.
 */
import { Worker } from 'node:worker_threads';
import { CHECK_HEAP_MIB, CHECK_OUT_OF_MEMORY } from './checkLimits.ts';

const worker = new Worker(new URL('checkWorker.ts', import.meta.url), {
  resourceLimits: { maxOldGenerationSizeMb: CHECK_HEAP_MIB },
});
process.on('message', (message) => {
  worker.postMessage(message);
});
process.on('disconnect', () => {
  process.exit(0);
});
worker.on('message', (message: object) => {
  process.send?.(message);
});
worker.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? CHECK_OUT_OF_MEMORY : 1);
});
worker.on('exit', () => {
  process.exit(1);
});
