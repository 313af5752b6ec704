/** A run worker as the server has them, that says how large its heap is when it is asked. */
import '../src/sessions/runWorker.ts';
import { bytesHeld } from './bytesHeld.ts';

const heaps = new BroadcastChannel('sandtable-heaps');
heaps.onmessage = ({ data }: MessageEvent) => {
  if (data !== 'ask') return;
  global.gc?.();
  heaps.postMessage(bytesHeld());
};
