/** Many prompts that wait, each with a page attached: what a class costs that listens to its teacher. */
import type { Figure } from '../bench/figures.ts';
import type { OwnServer } from './ownServer.ts';
import { familyOf, memoryOf } from './processes.ts';
import { goalOf, pause, plain } from './scenario.ts';
import type { Sizes } from './scenario.ts';
import { Student } from './student.ts';

/** Students who sit down at once. */
const AT_ONCE = 8;

/** After the last prompt, until caches of the start are let go. */
const SETTLE_MS = 5_000;

const GOAL_MIB = 2_048;
const GUEST_GOAL_MIB = 2;
const KIB_PER_MIB = 1_024;

interface Use {
  readonly total: number;
  readonly server: number;
  readonly guests: number;
  readonly guestsOwn: number;
  readonly helpers: number;
  readonly guestCount: number;
}

/** MiB, proportional. */
function useOf(server: OwnServer): Use {
  const sum = { server: 0, guests: 0, guestsOwn: 0, helpers: 0, guestCount: 0 };
  for (const { pid, name } of familyOf(server.pid)) {
    const { pss, privateDirty } = memoryOf(pid);
    if (pid === server.pid) sum.server = pss / KIB_PER_MIB;
    else if (name.startsWith('sandtable-gues')) {
      sum.guests += pss / KIB_PER_MIB;
      sum.guestsOwn += privateDirty / KIB_PER_MIB;
      sum.guestCount += 1;
    } else sum.helpers += pss / KIB_PER_MIB;
  }
  return { ...sum, total: sum.server + sum.guests + sum.helpers };
}

export async function measureIdle(server: OwnServer, { idle }: Sizes): Promise<readonly Figure[]> {
  const before = useOf(server);
  const students: Student[] = [];
  let sitting = 0;
  const sitDown = async (): Promise<void> => {
    while (sitting < idle) {
      sitting += 1;
      const student = await Student.connect(server.url);
      students.push(student);
      await student.makeBench({ 'script.py': '' });
      if (!(await student.startPrompt())) throw new Error('a prompt did not come');
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, sitDown));
    await pause(idle > AT_ONCE ? SETTLE_MS : 0);
    const after = useOf(server);
    const alive = students.filter((student) => student.connected && student.phase === 'input').length;
    const each = (mib: number): string => `${(mib / idle).toFixed(2)} MiB`;
    return [
      { what: 'prompts that wait', value: `${alive}`, goal: `= ${idle}`, met: alive === idle },
      goalOf('memory in all', after.total, GOAL_MIB, 'MiB'),
      plain('server before the first', `${before.server.toFixed(0)} MiB`),
      plain('server', `${after.server.toFixed(0)} MiB`),
      plain('server, for each prompt', each(after.server - before.server)),
      plain('helpers (type checkers, zygotes)', `${after.helpers.toFixed(0)} MiB`),
      plain(`guests (${after.guestCount})`, `${after.guests.toFixed(0)} MiB`),
      plain('guest, proportional, for each prompt', each(after.guests)),
      {
        what: 'guest, private and dirty, for each prompt',
        value: each(after.guestsOwn),
        goal: `≤ ${GUEST_GOAL_MIB} MiB`,
        met: after.guestsOwn / idle <= GUEST_GOAL_MIB,
      },
    ];
  } finally {
    for (const student of students) await student.leave();
  }
}
