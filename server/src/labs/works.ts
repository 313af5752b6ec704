/**
 * Works: finding or making the bench at which a person does a lab, and what they see of it: catalogue and task.
 *
 * A person has one work for a lab of the catalogue and one for each assignment. It stays with the version of the lab that it was begun
 * with; its seed, drawn at random, gives the individual values.
 */
import type {
  Catalogue,
  CatalogueLab,
  LabTask,
  OwnAssignment,
  WorkProgress,
} from '@sandtable/shared/labMessages';
import { dueFor, timeOf } from '@sandtable/shared/labs/dates';
import { stepTicks } from '@sandtable/shared/labs/checkResult';
import { encodingOf } from '../store/fileContent.ts';
import type { BenchRow } from '../store/schema.ts';
import { newId, type Store } from '../store/store.ts';
import type { GivenAssignment } from '../store/workStore.ts';
import { attemptView, gradeOfWork, resultsOf } from './attemptView.ts';
import type { LabInstance } from './labInstance.ts';
import type { LabShelf } from './labShelf.ts';
import type { Pack } from './packReader.ts';

/** What somebody wants to work at. */
export type Wanted =
  { readonly lab: string } | { readonly version: string } | { readonly assignment: string };

export type OpenedWork =
  | { readonly ok: true; readonly bench: string }
  | { readonly ok: false; readonly code: 'not-found' | 'forbidden' | 'quota'; readonly message: string };

/** A work with its lab. */
export interface Work {
  readonly bench: BenchRow;
  readonly instance: LabInstance;
}

const NO_LAB: OpenedWork = { ok: false, code: 'not-found', message: 'There is no such lab on this server.' };

export class Works {
  readonly #store: Store;
  readonly #shelf: LabShelf;
  /** Openings of one person, one after the other, so that two pages do not make two works of one lab. */
  readonly #opening = new Map<string, Promise<unknown>>();

  constructor(store: Store, shelf: LabShelf) {
    this.#store = store;
    this.#shelf = shelf;
  }

  /** The work of a bench, or null where it is none. */
  async of(bench: string): Promise<Work | null> {
    const row = await this.#store.benches.row(bench);
    if (row === null || row.kind !== 'work' || row.lab_version === null || row.seed === null) return null;
    const instance = await this.#shelf.instance(row.lab_version, row.seed);
    return instance === null ? null : { bench: row, instance };
  }

  open(person: string, wanted: Wanted): Promise<OpenedWork> {
    const before = this.#opening.get(person) ?? Promise.resolve();
    const opened = before.then(() => this.#open(person, wanted));
    const settled = opened
      .catch(() => {})
      .then(() => {
        if (this.#opening.get(person) === settled) this.#opening.delete(person);
      });
    this.#opening.set(person, settled);
    return opened;
  }

  async catalogue(person: string): Promise<Catalogue> {
    const works = await this.#store.works.ofPerson(person);
    const progress = await this.#progress(works);
    const offered = await this.#shelf.offered();
    const titles = new Map(offered.map(({ pack }) => [pack.manifest.id, pack]));
    /** Works by lab, whatever the version; those of assignments count for the catalogue as well where there is no other. */
    const byLab = new Map<string, WorkProgress>();
    const ofAssignment = new Map<string, WorkProgress>();
    for (const assigned of [false, true])
      for (const work of works) {
        const pack = work.lab_version === null ? null : await this.#shelf.pack(work.lab_version);
        const done = progress.get(work.id);
        if (pack === null || done === undefined || (work.assignment !== null) !== assigned) continue;
        if (!byLab.has(pack.manifest.id)) byLab.set(pack.manifest.id, done);
        if (work.assignment !== null) ofAssignment.set(work.assignment, done);
      }
    const labs = offered.map(({ pack }): CatalogueLab => {
      const { id, title, summary, level, minutes, goals, requires } = pack.manifest;
      return {
        id,
        version: pack.version,
        title,
        summary,
        level,
        minutes,
        goals,
        requires: requires.map((each) => ({
          id: each,
          title: titles.get(each)?.manifest.title ?? each,
          done: isDone(byLab.get(each)),
        })),
        points: pointsOf(pack),
        work: byLab.get(id) ?? null,
      };
    });
    const assignments: OwnAssignment[] = [];
    for (const given of await this.#store.works.assignments(person)) {
      const pack = await this.#shelf.pack(given.lab_version);
      if (pack === null) continue;
      assignments.push({
        id: given.id,
        title: given.title,
        course: { id: given.course, title: given.course_title },
        lab: pack.manifest.title,
        points: pointsOf(pack),
        opensAt: given.opens_at,
        dueAt: dueFor(given.due_at, given.extended_to),
        extended: isExtended(given),
        staff: given.role !== 'student',
        work: ofAssignment.get(given.id) ?? null,
      });
    }
    return { labs, assignments };
  }

  /** The task of a bench as its owner sees it; `underWay` is the desk's. */
  async task(bench: string, underWay: LabTask['underWay']): Promise<LabTask | null> {
    const work = await this.of(bench);
    if (work === null) return null;
    const { manifest, task: text, pack } = work.instance;
    const rows = await this.#store.attempts.ofBench(bench);
    const taken = new Set((await this.#store.attempts.hints(bench)).map(({ hint }) => hint));
    const given = await this.#given(work.bench);
    const set = await this.#setByHand(work.bench);
    const last = rows.find(({ state }) => state === 'done') ?? null;
    const ticks = stepTicks(manifest, (last === null ? null : resultsOf(last)) ?? []);
    const lab = await this.#store.labs.get(manifest.id);
    return {
      bench,
      lab: manifest.id,
      version: pack.version,
      outdated: lab !== null && lab.current !== null && lab.current !== pack.version,
      title: manifest.title,
      level: manifest.level,
      minutes: manifest.minutes,
      goals: manifest.goals,
      script: manifest.script,
      text,
      steps: manifest.steps.map(({ title, anchor, checks }, index) => ({
        title,
        anchor: anchor ?? null,
        checks,
        done: last === null ? null : (ticks[index] ?? null),
      })),
      checks: manifest.checks.map(({ id, title, weight }) => ({ id, title, points: weight })),
      hints: manifest.hints.map(({ step, cost, text: hint }, index) => ({
        index,
        step,
        cost,
        text: taken.has(index) ? hint : null,
      })),
      hintCost: hintCostOf(work.instance, taken),
      points: pointsOf(pack),
      dates:
        given === null
          ? null
          : {
              assignment: given.id,
              title: given.title,
              course: { id: given.course, title: given.course_title },
              opensAt: given.opens_at,
              dueAt: dueFor(given.due_at, given.extended_to),
              extended: isExtended(given),
              counts: given.counts,
            },
      last: last === null ? null : attemptView(last),
      underWay,
      grade: set?.points ?? gradeOfWork(rows, given?.counts ?? 'best'),
      gradeReason: set?.reason ?? null,
    };
  }

  /** Why nothing can be handed in now, or null. */
  async closed(work: Work, now: number): Promise<string | null> {
    const given = await this.#given(work.bench);
    if (given === null) return null;
    const dates = { opensAt: given.opens_at, dueAt: dueFor(given.due_at, given.extended_to) };
    switch (timeOf(dates, now)) {
      case 'before':
        return 'This assignment is not open. Nothing was handed in.';
      case 'over':
        return 'The date for handing in has passed. Nothing was handed in; what you handed in before counts.';
      case 'open':
        return null;
    }
  }

  /** Percent of the points that the hints taken cost. */
  async hintCost(work: Work): Promise<number> {
    const taken = await this.#store.attempts.hints(work.bench.id);
    return hintCostOf(work.instance, new Set(taken.map(({ hint }) => hint)));
  }

  /** The grade that somebody set in place of what was handed in. */
  async #setByHand({ assignment, owner }: BenchRow) {
    if (assignment === null || owner === null) return null;
    const last = (await this.#store.grades.overridesOf(assignment, owner)).at(-1);
    return last === undefined || last.points === null ? null : { points: last.points, reason: last.reason };
  }

  async #given(bench: BenchRow): Promise<GivenAssignment | null> {
    if (bench.assignment === null || bench.owner === null) return null;
    return this.#store.works.assignment(bench.assignment, bench.owner);
  }

  async #open(person: string, wanted: Wanted): Promise<OpenedWork> {
    const works = await this.#store.works.ofPerson(person);
    if ('assignment' in wanted) {
      const given = await this.#store.works.assignment(wanted.assignment, person);
      if (given === null)
        return { ok: false, code: 'not-found', message: 'There is no such assignment for you.' };
      const mine = works.find(({ assignment }) => assignment === given.id);
      if (mine !== undefined) return { ok: true, bench: mine.id };
      const dates = { opensAt: given.opens_at, dueAt: dueFor(given.due_at, given.extended_to) };
      // Staff try what they assign before they let it open.
      if (given.role === 'student' && timeOf(dates, Date.now()) === 'before')
        return { ok: false, code: 'forbidden', message: 'This assignment has not opened yet.' };
      return this.#make(person, given.lab_version, given.title, given.id);
    }
    const own = works.filter(({ assignment }) => assignment === null);
    if ('version' in wanted) {
      const mine = own.find(({ lab_version }) => lab_version === wanted.version);
      if (mine !== undefined) return { ok: true, bench: mine.id };
      return this.#make(person, wanted.version);
    }
    for (const work of own) {
      const pack = work.lab_version === null ? null : await this.#shelf.pack(work.lab_version);
      if (pack?.manifest.id === wanted.lab) return { ok: true, bench: work.id };
    }
    const lab = await this.#store.labs.get(wanted.lab);
    const current = lab?.current ?? null;
    return current === null ? NO_LAB : this.#make(person, current);
  }

  async #make(person: string, version: string, title?: string, assignment?: string): Promise<OpenedWork> {
    const seed = newId();
    const instance = await this.#shelf.instance(version, seed);
    if (instance === null) return NO_LAB;
    const fixed = new Map(instance.manifest.files.map(({ path, access }) => [path, access === 'read-only']));
    const created = await this.#store.benches.create({
      id: newId(),
      name: title ?? instance.manifest.title,
      owner: person,
      kind: 'work',
      labVersion: version,
      seed,
      ...(assignment === undefined ? {} : { assignment }),
      files: [...instance.starter].map(([path, content]) => ({
        path,
        content,
        encoding: encodingOf(content),
        readOnly: fixed.get(path) === true,
      })),
    });
    if (created.ok) return { ok: true, bench: created.bench.id };
    return {
      ok: false,
      code: 'quota',
      message: 'You have too many benches. Remove one that is no longer needed.',
    };
  }

  async #progress(works: readonly BenchRow[]): Promise<ReadonlyMap<string, WorkProgress>> {
    const results = await this.#store.attempts.progress(works.map(({ id }) => id));
    const progress = new Map<string, WorkProgress>();
    for (const { id, updated_at, lab_version } of works) {
      const result = results.get(id);
      const pack = lab_version === null ? null : await this.#shelf.pack(lab_version);
      if (pack === null) continue;
      const judged = result === undefined ? null : resultsOf(result);
      progress.set(id, {
        bench: id,
        updatedAt: updated_at,
        points: result === undefined ? null : Math.max(0, result.best),
        passed: judged?.filter(({ passed }) => passed).length ?? 0,
        checks: pack.manifest.checks.length,
        handedIn: result?.handedIn === true,
      });
    }
    return progress;
  }
}

function isExtended({ due_at, extended_to }: GivenAssignment): boolean {
  return dueFor(due_at, extended_to) !== due_at;
}

function pointsOf(pack: Pack): number {
  return pack.manifest.checks.reduce((sum, { weight }) => sum + weight, 0);
}

function hintCostOf(instance: LabInstance, taken: ReadonlySet<number>): number {
  const costs = instance.manifest.hints.filter((_, index) => taken.has(index)).map(({ cost }) => cost);
  return Math.min(
    100,
    costs.reduce((sum, cost) => sum + cost, 0),
  );
}

/** A lab counts as done when every check of it passes. */
function isDone(work: WorkProgress | undefined): boolean {
  return work !== undefined && work.checks > 0 && work.passed === work.checks;
}
