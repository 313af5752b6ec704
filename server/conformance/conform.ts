/** Compares modules with the table, a few guests at a time. */
import { MODULES, type TestModule } from './modules.ts';
import { runInGuest, type TestEnd } from './runModule.ts';
import { differences, expectedOf, type Line } from './table.ts';

/** As many as the reference machine has cores. */
const GUESTS = 2;

/** Tests that wait for real time fail where the machine is busy: what differs is run again so often, by itself. */
const AGAIN = 2;

/** Patterns that a run leaves out. */
export function leftOut({ slow = [], never = {} }: TestModule, all: boolean): string[] {
  return [...(all ? [] : slow), ...Object.keys(never)];
}

/** What differs from the table, one line a test; nothing where all is as it says. */
export async function conform(table: readonly Line[], module: TestModule, all: boolean): Promise<string[]> {
  const expected = expectedOf(table, module, all);
  let { ends } = await runInGuest(module.name, leftOut(module, all));
  let differing = differences(expected, ends);
  for (let again = 0; again < AGAIN && differing.length > 0; again++) {
    const names = differing.map((line) => line.slice(0, line.indexOf(': ')));
    if (names.some((name) => !isOneTest(name))) break;
    const second = await runInGuest(module.name, leftOut(module, all), names);
    const better = new Map(second.ends.map((end) => [end.test, end]));
    ends = ends.map((end): TestEnd => better.get(end.test) ?? end);
    differing = differences(expected, ends);
  }
  return differing;
}

/** Setting up and taking down a module have names, too, but cannot be run by themselves. */
function isOneTest(name: string): boolean {
  return /^[\w.]+$/.test(name);
}

/** Runs `work` for each module, a few at a time, and gives the results by module. */
export function forEachModule<T>(
  modules: readonly TestModule[],
  work: (module: TestModule) => Promise<T>,
): ReadonlyMap<string, Promise<T>> {
  const results = new Map<string, PromiseWithResolvers<T>>(
    modules.map(({ name }) => [name, Promise.withResolvers<T>()]),
  );
  const left = [...modules];
  const next = async (): Promise<void> => {
    for (let module = left.shift(); module !== undefined; module = left.shift()) {
      const { resolve, reject } = results.get(module.name)!;
      await work(module).then(resolve, reject);
    }
  };
  for (let guest = 0; guest < GUESTS; guest++) void next();
  return new Map([...results].map(([name, { promise }]) => [name, promise]));
}

export const QUICK: readonly TestModule[] = MODULES.filter(({ quick }) => quick);
