/** A controller to be killed: starts a guest that computes for ever and asks nothing, and prints its process number. */
import { startWorld } from './world.ts';

const world = await startWorld({
  argv: ['/tmp/script.py'],
  files: { '/tmp/script.py': 'print("looping", flush=True)\nwhile True: pass' },
  options: ['--cpu-seconds', '20'], // should the test fail, the guest does not stay
  before: ({ symbol }) => {
    if (symbol === 'write') process.stdout.write(`${String(world.guest.pid)}\n`);
    return undefined;
  },
});
await world.run();
