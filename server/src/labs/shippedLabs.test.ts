/** Every lab that ships keeps its promises: as `sandtable lab check labs/*`. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { stopChecking } from '../sandbox/policy/checkPolicy.ts';
import { closeCheckThreads } from './checkRunner.ts';
import { checkLab } from './labCheck.ts';
import { newLab } from './newLab.ts';
import { problemLine } from './packFiles.ts';
import { readPack, readPackFolder } from './packReader.ts';

const LABS = fileURLToPath(new URL('../../../labs/', import.meta.url));

/** A lab has some hundred guests; on a machine that does other things too they take their time. */
const TIMEOUT_MS = 240_000;

const folders = readdirSync(LABS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

afterAll(async () => {
  await Promise.all([closeCheckThreads(), stopChecking()]);
});

describe('labs', () => {
  it('ship, each with a number of its own', () => {
    expect(folders.length).toBeGreaterThan(0);
    expect(folders.filter((name) => !/^\d\d-[a-z]/.test(name))).toEqual([]);
    expect(new Set(folders.map((name) => name.slice(0, 2))).size).toBe(folders.length);
  });

  it('need labs that there are', async () => {
    const packs = await Promise.all(folders.map((name) => readPackFolder(`${LABS}${name}`)));
    const ids = new Set(packs.map((read) => (read.ok ? read.pack.manifest.id : '')));
    for (const read of packs)
      if (read.ok) for (const id of read.pack.manifest.requires) expect(ids).toContain(id);
  });

  const TITLE = 'Say "no": a # lab, {{word}} & more \\';

  // The one that an author begins with keeps its promises as well, whatever it is called.
  it.each([...folders, TITLE])(
    '%s',
    async (name) => {
      const read =
        name === TITLE
          ? readPack(newLab({ id: 'say-no', title: TITLE, level: 4 }))
          : await readPackFolder(`${LABS}${name}`);
      expect(read.ok ? [] : read.problems.map(problemLine)).toEqual([]);
      if (!read.ok) return;
      if (name === TITLE) expect(read.pack.manifest).toMatchObject({ id: 'say-no', title: TITLE, level: 4 });
      const { problems, submissions } = await checkLab(read.pack);
      expect(problems.map(problemLine)).toEqual([]);
      expect(
        submissions.flatMap((each) => each.complaints.map((complaint) => `${each.name}: ${complaint}`)),
      ).toEqual([]);
      expect(submissions.filter((each) => each.name.startsWith('wrong/')).length).toBeGreaterThanOrEqual(2);
    },
    TIMEOUT_MS,
  );
});
