/** Linux's own loopback, on which the same steps are performed; the work is in realSockets.py. */
import { LinuxPeer } from '../../testing/linuxPeer.ts';
import type { Answer, Step } from './steps.ts';

type Told = { readonly results: readonly Answer[] } | { readonly failed: string };

export function realSockets(): LinuxPeer<Step, readonly Answer[]> {
  return new LinuxPeer(new URL('./realSockets.py', import.meta.url), [], (line) => {
    const told = line as Told;
    if ('failed' in told) throw new Error(told.failed);
    return told.results;
  });
}
