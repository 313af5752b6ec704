/** The thread of a search: hunts once, tells how far it is, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { hunt, type Hunted, type HuntOptions } from './hunt.ts';
import { UnfitWorld } from './trial.ts';

export type SearchOrder = Omit<HuntOptions, 'progress'>;

export type SearchMessage =
  | { readonly type: 'progress'; readonly sequences: number }
  | { readonly type: 'done'; readonly hunted: Hunted }
  /** The policy's world cannot be made. */
  | { readonly type: 'unfit'; readonly message: string };

const port = parentPort!;
try {
  const hunted = await hunt({
    ...(workerData as SearchOrder),
    progress: (sequences) => {
      port.postMessage({ type: 'progress', sequences } satisfies SearchMessage);
    },
  });
  port.postMessage({ type: 'done', hunted } satisfies SearchMessage);
} catch (error) {
  if (!(error instanceof UnfitWorld)) throw error;
  port.postMessage({ type: 'unfit', message: error.message } satisfies SearchMessage);
}
