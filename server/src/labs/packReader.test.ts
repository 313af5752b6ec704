import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { problemLine } from './packFiles.ts';
import { knownSubmission, labInstance, submissionOf } from './labInstance.ts';
import { readPack, readPackFolder } from './packReader.ts';
import { headingAnchors } from './packReferences.ts';
import { SMALL_LAB, smallLab, smallLabFiles } from './testing/smallLab.ts';

const manifest = SMALL_LAB['lab.yaml']!;

function problems(changed: { readonly [path: string]: string | null }): string[] {
  const read = readPack(smallLabFiles(changed));
  return read.ok ? [] : read.problems.map(problemLine);
}

/** What is said of the manifest with one text in the place of another. */
function withField(from: string | RegExp, to: string): string[] {
  const changed = manifest.replace(from, to);
  expect(changed).not.toBe(manifest);
  return problems({ 'lab.yaml': changed });
}

describe('a manifest', () => {
  it('is read with its defaults', () => {
    const pack = smallLab();
    expect(pack.manifest.script).toBe('script.py');
    expect(pack.manifest.checks[0]).toMatchObject({ weight: 3, hidden: false });
    expect(pack.manifest.checks[0]!.honest).toMatchObject({ policy: 'student', args: [], bare: false });
    expect(pack.version).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[string, string | RegExp, string, string]>([
    ['a misspelt field', 'weight: 3', 'wieght: 3', 'checks[0].wieght is no field here.'],
    ['a wrong kind of value', 'level: 1', 'level: easy', 'lab.yaml:5:8: level takes a number.'],
    [
      'a number where a text belongs',
      'title: A small lab',
      'title: 7',
      'lab.yaml:3:8: title takes a text; put quotation marks around it where YAML sees a number or a date.',
    ],
    ['a field that is missing', 'summary: For tests.\n', '', 'lab.yaml:1:1: summary takes a text'],
    [
      'a call that there is not',
      'call: ll_os_open, path: /tmp/out.txt',
      'call: ll_os_opn, path: /tmp/out.txt',
      'lab.yaml:34:24: checks[0].expect.calls[0].call is the name of a call, a group of calls, read, write or *.',
    ],
    [
      'a regular expression that is none',
      '"^EACCES$"',
      '"(EACCES"',
      'checks[3].code.matches is no regular expression',
    ],
    [
      'a check that nobody has',
      'checks: [ writes ]',
      'checks: [ wirtes ]',
      'lab.yaml:22:46: steps[0].checks[0] there is no check wirtes.',
    ],
    [
      'a heading that is not there',
      'anchor: write',
      'anchor: read',
      'steps[0].anchor names a heading that README.md does not have; there are small, write.',
    ],
    [
      'a file that is not there',
      'checks/write.py',
      'checks/wriet.py',
      'checks[0].honest.script names checks/wriet.py, which is not in the pack.',
    ],
    [
      'a parameter that is not there',
      'secret: "{{canary}}"',
      'secret: "{{canari}}"',
      'checks[1].attack.secret speaks of {{canari}}, which is not among parameters.',
    ],
    [
      'an attack of which nothing is harm',
      ', secret: "{{canary}}"',
      '',
      'checks[1].attack needs harm, or a secret',
    ],
    [
      'a path of the guest that is none',
      '/secret/canary.txt:',
      'secret/canary.txt:',
      'world.secret/canary.txt begins with a slash',
    ],
    [
      'a place that is the platform’s',
      '/secret/canary.txt:',
      '/bin/canary.txt:',
      'lies in a folder that the platform fills itself',
    ],
    ['two checks of one name', 'id: secret', 'id: writes', 'checks[1].id writes is the id of two checks.'],
    ['a later format', 'format: 1', 'format: 2', 'lab.yaml:1:9: format is 1: this program knows no other.'],
    [
      'a field given twice',
      'level: 1',
      'level: 1\nlevel: 2',
      'lab.yaml:6:1: The field level is given twice.',
    ],
    ['broken YAML', 'goals: [ "Write rules" ]', 'goals: [ "Write rules"', 'lab.yaml:8:'],
    ['an alias', 'level: 1', 'level: &a 1\nother: *a', 'lab.yaml:6:8: References (*name) are not used here'],
    [
      'a template that fits nothing',
      'templated: [ README.md',
      'templated: [ REDME.md',
      'templated[0] fits no file of the pack.',
    ],
    [
      'a starter file that is not there',
      'path: notes.txt',
      'path: note.txt',
      'files[2].path needs its first content in starter/note.txt.',
    ],
  ])('tells of %s by file, line, column and field', (_name, from, to, said) => {
    expect(withField(from, to).join('\n')).toContain(said);
  });

  it('is not taken when it is no mapping, nested for ever, too long or no text', () => {
    expect(problems({ 'lab.yaml': '- 1\n' })[0]).toContain('is a mapping of fields');
    expect(problems({ 'lab.yaml': '['.repeat(60_000) })[0]).toMatch(/nested|end with/);
    expect(problems({ 'lab.yaml': `${'['.repeat(500)}${']'.repeat(500)}` })[0]).toContain(
      'nested too deeply',
    );
    expect(problems({ 'lab.yaml': `# ${'x'.repeat(200_000)}` })[0]).toContain('128 KiB');
    const files = smallLabFiles();
    files.set('lab.yaml', Uint8Array.of(0xff, 0xfe));
    expect(readPack(files)).toMatchObject({ ok: false, problems: [{ message: 'This file is not UTF-8.' }] });
  });
});

describe('the files of a pack', () => {
  it('have to be known', () => {
    expect(problems({ 'extra.txt': 'x' })[0]).toContain('extra.txt: At the top of a pack are');
    expect(problems({ 'starter/other.py': 'x' })[0]).toContain('does not list this among files');
    expect(problems({ 'wrong/unknown/policy.ts': 'x' })[0]).toContain('does not list unknown in wrong');
    expect(problems({ 'solution/notes.txt': 'x' })[0]).toContain('A student cannot change this file');
    expect(problems({ 'solution/policy.ts': null, 'solution/prediction.txt': null })[0]).toContain(
      'needs a solution',
    );
    expect(problems({ 'README.md': null })[0]).toContain('README.md: A pack needs this file');
    expect(problems({ 'lab.yaml': null })).toEqual(['lab.yaml: A pack needs this file, at its top.']);
  });

  it.each(['../out', '/etc/passwd', 'checks/../../x', 'checks\\x', 'checks//x', 'c:/x', 'checks/a\u0000b'])(
    'have no names that lead out or that no system takes: %j',
    (name) => {
      expect(problems({ [name]: 'x' })[0]).toContain('no name for a file of a pack');
    },
  );

  it('have no names that some systems take for one', () => {
    expect(problems({ 'checks/Write.py': 'x' })[0]).toContain('only in small and capital letters');
  });

  it('are counted and measured', () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, k) => [`checks/f${String(k)}.py`, '']));
    expect(problems(many)[0]).toContain('500 files at most');
    const files = smallLabFiles();
    files.set('checks/large', new Uint8Array(5 * 2 ** 20));
    expect(readPack(files)).toMatchObject({ ok: false, problems: [{ file: 'checks/large' }] });
  });

  it('leave out what editors leave behind, without a word', () => {
    expect(problems({ '.DS_Store': 'x', 'checks/__pycache__/a.pyc': 'x', 'lab.yaml~': 'x' })).toEqual([]);
    expect(smallLab({ '.git/config': 'x' }).version).toBe(smallLab().version);
  });

  it('give the version its id', () => {
    expect(smallLab({ 'hidden/quotes.txt': 'Other.\n' }).version).not.toBe(smallLab().version);
  });
});

describe('a folder', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'pack-'));
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  function folder(name: string): string {
    const made = path.join(root, name);
    for (const [file, text] of Object.entries(SMALL_LAB)) {
      mkdirSync(path.dirname(path.join(made, file)), { recursive: true });
      writeFileSync(path.join(made, file), text);
    }
    return made;
  }

  it('is a pack, the same as its files', async () => {
    const read = await readPackFolder(folder('07-small-lab'));
    expect(read).toMatchObject({ ok: true, pack: { version: smallLab().version } });
  });

  it('is named as its lab', async () => {
    expect(await readPackFolder(folder('other'))).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('they have to agree') }],
    });
  });

  it('has no links, to files or folders', async () => {
    const made = folder('small-lab');
    symlinkSync('/etc/passwd', path.join(made, 'hidden/passwd'));
    symlinkSync('/etc', path.join(made, 'checks/etc'));
    const read = await readPackFolder(made);
    expect(read.ok ? [] : read.problems.map(({ file }) => file).sort()).toEqual([
      'checks/etc',
      'hidden/passwd',
    ]);
  });

  it('that is not there is told of', async () => {
    expect(await readPackFolder(path.join(root, 'nowhere'))).toMatchObject({ ok: false });
  });
});

describe('an instance', () => {
  it('has its values in manifest, task and templated files, and only there', () => {
    const { values, manifest: filled, task, file } = labInstance(smallLab(), 'seed');
    const canary = values['canary']!;
    expect(canary).toMatch(/^[a-z]+-[a-z]+-[a-z]+$/);
    expect(filled.checks[1]!.attack!.secret).toBe(canary);
    expect(filled.world['/secret/canary.txt']!.text).toBe(`${canary}\n`);
    expect(task).toContain(`Your canary is ${canary}.`);
    expect(new TextDecoder().decode(file('checks/write.py'))).toContain(canary);
    const untemplated = labInstance(smallLab({ 'attacks/steal.py': 'print("{{canary}}")\n' }), 'seed');
    expect(new TextDecoder().decode(untemplated.file('attacks/steal.py'))).toContain('{{canary}}');
  });

  it('takes a value in a regular expression to the letter', () => {
    const pack = smallLab({
      'lab.yaml': manifest
        .replace('canary: { words: 3 }', 'canary: { choose: ["a.*b", "a.*b"] }')
        .replace('"^EACCES$"', '"^{{canary}}$"'),
    });
    expect(labInstance(pack, 's').manifest.checks[3]!.code![0]!.matches).toBe('^a\\.\\*b$');
  });

  it('judges read-only files as the pack has them, whatever was submitted, and a removed file as removed', () => {
    const instance = labInstance(smallLab(), 'seed');
    const files = submissionOf(
      instance,
      new Map([
        ['notes.txt', new TextEncoder().encode('forged')],
        ['more.py', new TextEncoder().encode('x')],
        ['policy.ts', new TextEncoder().encode('mine')],
      ]),
    );
    expect(new TextDecoder().decode(files.get('notes.txt'))).toBe('Read me.\n');
    expect([...files.keys()].sort()).toEqual(['more.py', 'notes.txt', 'policy.ts']);
  });

  it('lays solution and wrong ones over the starter', () => {
    const instance = labInstance(smallLab(), 'seed');
    expect(new TextDecoder().decode(knownSubmission(instance, 'solution').get('prediction.txt'))).toBe(
      'EACCES\n',
    );
    expect(knownSubmission(instance, 'wrong/open-door').get('notes.txt')).toBeDefined();
  });
});

it('anchors are those of GitHub', () => {
  expect(headingAnchors('# One, two: `three`!\n```\n# no\n```\n## A  b #\n')).toEqual([
    'one-two-three',
    'a--b',
  ]);
});
