/** Neighbours who mean harm, beside somebody who types and somebody whose script makes calls. */
import type { Figure } from '../bench/figures.ts';
import { echoes } from './latency.ts';
import type { OwnServer } from './ownServer.ts';
import { pause, percentile, plain } from './scenario.ts';
import type { Sizes } from './scenario.ts';
import { Student } from './student.ts';

const ECHO_GOAL_MS = 100;

const CALLS = `import os
print('calling', flush=True)
while True:
    for _ in range(1000):
        os.getcwd()
`;

const LOOPING_POLICY = `import { policy, standard } from 'sandtable';

export default policy({
  rules: standard.rules,
  middleware: {
    ll_os_getcwd: () => {
      for (;;) {}
    },
  },
});
`;

interface Neighbour {
  readonly name: string;
  readonly script: string;
  readonly policy?: string;
}

const KINDS: readonly Neighbour[] = [
  {
    name: 'an endless loop in a policy',
    script: `import os
print('asking', flush=True)
while True:
    try:
        os.getcwd()
    except OSError:
        pass
`,
    policy: LOOPING_POLICY,
  },
  {
    name: 'a flood of output',
    script: `import sys
line = 'x' * 200 + '\\n'
while True:
    sys.stdout.write(line * 50)
`,
  },
  { name: 'a flood of calls', script: CALLS },
  {
    name: 'a flood of large writes',
    script: `import os
print('writing', flush=True)
fd = os.open('/tmp/f', os.O_RDWR | os.O_CREAT)
block = bytes(1 << 20)
while True:
    os.pwrite(fd, block, 0)
    os.pread(fd, 1 << 20, 0)
`,
  },
  {
    name: 'bombs of memory',
    script: `print('growing', flush=True)
kept = []
while True:
    try:
        while True:
            kept.append(bytearray(1 << 20))
    except MemoryError:
        kept.clear()
`,
  },
];

interface Victim {
  readonly typist: Student;
  readonly caller: Student;
}

/** Calls a second of the caller's script, and milliseconds of strokes, both at the same time. */
async function suffering(
  { typist, caller }: Victim,
  { callSeconds, strokes }: Sizes,
): Promise<{ calls: number; echo: readonly number[] }> {
  const before = caller.calls;
  const begun = performance.now();
  const echo: number[] = [];
  while (echo.length < strokes || performance.now() - begun < callSeconds * 1_000)
    echo.push(...(await echoes(typist, 2)));
  return { calls: ((caller.calls - before) / (performance.now() - begun)) * 1_000, echo };
}

export async function measureHostile(server: OwnServer, sizes: Sizes): Promise<readonly Figure[]> {
  const typist = await Student.connect(server.url);
  const caller = await Student.connect(server.url);
  const victim = { typist, caller };
  try {
    await typist.makeBench({ 'script.py': '' });
    await typist.startPrompt();
    await caller.makeBench({ 'script.py': CALLS });
    await caller.startToOutput('script');
    await pause(sizes.buildUpMs);
    const quiet = await suffering(victim, sizes);
    const figures = [
      plain('echo of a key, quiet, 95 of 100', `${percentile(quiet.echo, 0.95).toFixed(0)} ms`),
      plain("the caller's calls, quiet", `${Math.round(quiet.calls / 1_000)} thousand/s`),
    ];
    for (const kind of KINDS) figures.push(...(await beside(server, victim, kind, quiet.calls, sizes)));
    return figures;
  } finally {
    await typist.leave();
    await caller.leave();
  }
}

async function beside(
  server: OwnServer,
  victim: Victim,
  { name, script, policy }: Neighbour,
  quietCalls: number,
  sizes: Sizes,
): Promise<readonly Figure[]> {
  const neighbours: Student[] = [];
  try {
    for (let i = 0; i < sizes.neighbours; i++) {
      const neighbour = await Student.connect(server.url);
      neighbours.push(neighbour);
      await neighbour.makeBench({
        'script.py': script,
        ...(policy === undefined ? {} : { 'policy.ts': policy }),
      });
      await neighbour.startToOutput('script');
    }
    await pause(sizes.buildUpMs);
    const { calls, echo } = await suffering(victim, sizes);
    const p95 = percentile(echo, 0.95);
    const left = (calls / quietCalls) * 100;
    // A neighbour takes a share of the machine as anybody may; it must not take more.
    const fair = 100 / (sizes.neighbours + 1);
    return [
      {
        what: `beside ${sizes.neighbours} × ${name}: echo, 95 of 100`,
        value: `${p95.toFixed(0)} ms`,
        goal: `≤ ${ECHO_GOAL_MS} ms`,
        met: p95 <= ECHO_GOAL_MS,
      },
      {
        what: `beside ${sizes.neighbours} × ${name}: the caller's calls`,
        value: `${left.toFixed(0)} % of quiet`,
        goal: `≥ ${fair.toFixed(0)} %`,
        met: left >= fair,
      },
    ];
  } finally {
    for (const neighbour of neighbours) await neighbour.leave();
  }
}
