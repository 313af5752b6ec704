/**
 * One student of a soak: does one thing after the other, chosen by chance, and notices whatever does not come to an end.
 *
 * What is asserted is what a person would notice: a click is answered, a program that ends is told to have ended, one that was stopped is
 * over, a prompt comes, a page that is loaded anew shows the run.
 */
import type { Random } from './random.ts';
import { pause } from './scenario.ts';
import { PROGRAMS } from './soakScripts.ts';
import { Refused, Student } from './student.ts';

/** Whatever takes longer on a machine that is not idle is stuck. */
const STUCK_MS = 45_000;

/** Refusals that an impatient student gets and may get. */
const FINE: ReadonlySet<string> = new Set(['busy', 'not-running', 'policy-invalid', 'not-found', 'rate']);

export interface SoakCounts {
  readonly actions: Map<string, number>;
  readonly problems: string[];
}

export class SoakStudent {
  readonly #url: string;
  readonly #chance: Random;
  readonly #counts: SoakCounts;
  readonly #name: string;
  #student: Student | null = null;

  constructor(name: string, url: string, chance: Random, counts: SoakCounts) {
    this.#name = name;
    this.#url = url;
    this.#chance = chance;
    this.#counts = counts;
  }

  /** Does things until `deadline`, then ends what runs and goes; its bench stays, and is opened again the next time. */
  async work(deadline: number): Promise<void> {
    try {
      await this.#sitDown();
      while (Date.now() < deadline) await this.#once(this.#chance.pick(ACTIONS));
      await this.#once('stop');
    } catch (error) {
      this.#note('sitting down', error);
    }
    this.#student?.close();
  }

  async #sitDown(): Promise<void> {
    const here = this.#student;
    if (here === null) {
      this.#student = await Student.connect(this.#url);
      await this.#student.makeBench({ 'script.py': '' });
    } else await here.reload();
  }

  async #once(action: Action): Promise<void> {
    const { actions } = this.#counts;
    actions.set(action, (actions.get(action) ?? 0) + 1);
    try {
      await this.#act(action, this.#student!);
    } catch (error) {
      if (!(error instanceof Refused && FINE.has(error.code))) this.#note(action, error);
    }
  }

  #note(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#counts.problems.push(`${this.#name}, ${what}: ${message}`);
  }

  async #act(action: Action, student: Student): Promise<void> {
    switch (action) {
      case 'run':
        return this.#run(student);
      case 'prompt':
        return this.#prompt(student);
      case 'stop':
        return this.#end(student);
      case 'interrupt':
        if (student.run !== '') await student.ask('run.interrupt', { run: student.run });
        return;
      case 'type':
        if (student.run !== '')
          await student.ask('run.input', { run: student.run, data: this.#chance.pick(KEYS) });
        return;
      case 'resize':
        if (student.run !== '')
          await student.ask('run.resize', {
            run: student.run,
            size: { cols: 20 + this.#chance.below(100), rows: 5 + this.#chance.below(50) },
          });
        return;
      case 'reload':
        return student.reload();
      case 'look':
        return this.#look(student);
      case 'other bench':
        return this.#changeBench(student);
      default:
        return pause(this.#chance.below(300));
    }
  }

  async #changeBench(student: Student): Promise<void> {
    const old = student.bench;
    await this.#end(student);
    await student.makeBench({ 'script.py': '' });
    student.run = '';
    await student.ask('bench.remove', { bench: old });
  }

  async #run(student: Student): Promise<void> {
    const program = this.#chance.pick(PROGRAMS);
    await student.put('script.py', program.script);
    await student.put('policy.ts', program.policy ?? null);
    const ended = student.whenEnded(STUCK_MS);
    try {
      await student.start('script');
    } catch (error) {
      ended.cancel();
      throw error;
    }
    if (!program.ends || this.#chance.next() < IMPATIENCE) {
      ended.cancel();
      return pause(this.#chance.below(500));
    }
    if (!(await ended.over)) throw new Error(`“${program.name}” did not end: ${student.describe()}`);
  }

  async #prompt(student: Student): Promise<void> {
    await student.put('policy.ts', null);
    if (!(await student.startPrompt(STUCK_MS))) {
      // Somebody killed it on its way.
      if (student.exit !== null) return;
      throw new Error(`no prompt came: ${student.describe()}`);
    }
    const echo = await student.echo('1 + 1\n', STUCK_MS);
    if (echo === null && student.exit === null) throw new Error(`no echo came: ${student.describe()}`);
  }

  async #end(student: Student): Promise<void> {
    if (student.run === '' || student.exit !== null) return;
    const ended = student.whenEnded(STUCK_MS);
    await student.ask('run.stop', { run: student.run }).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
    if (!(await ended.over)) throw new Error(`a run that was stopped did not end: ${student.describe()}`);
  }

  async #look(student: Student): Promise<void> {
    await student.ask('world.list', { bench: student.bench, path: '/tmp' });
    if (student.run === '') return;
    await student.ask('run.rows', { run: student.run, from: 0, count: 50 });
    await student.ask('run.query', {
      run: student.run,
      filter: 'verdict:deny',
      from: 0,
      direction: 'down',
      count: 20,
    });
  }
}

/** Share of the runs whose end is not waited for: something else is done meanwhile. */
const IMPATIENCE = 0.4;

const KEYS = ['1', 'print(7)\n', '\x04', '\x03', '\x1b[A', '\x7f', 'x'.repeat(2_000), '\n'];

/** Something that comes twice is done twice as often. */
const ACTIONS = [
  'run',
  'run',
  'run',
  'prompt',
  'prompt',
  'stop',
  'interrupt',
  'type',
  'type',
  'resize',
  'reload',
  'look',
  'other bench',
  'wait',
] as const;
type Action = (typeof ACTIONS)[number];
