/** `sandtable lab`: whether labs keep their promises (`check`), and what was handed in judged again (`regrade`). */
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { closeCheckThreads } from '../labs/checkRunner.ts';
import {
  checkLab,
  isFine,
  submissionNames,
  type LabReport,
  type SubmissionReport,
} from '../labs/labCheck.ts';
import { labInstance, type SubmittedFiles } from '../labs/labInstance.ts';
import { packFilesOf, problemLine } from '../labs/packFiles.ts';
import { readPackFolder, type Pack } from '../labs/packReader.ts';
import { stopChecking } from '../sandbox/policy/checkPolicy.ts';
import { parseWords } from './commandWords.ts';
import { complain, say } from './complain.ts';
import { LAB_HELP } from './labHelp.ts';

export async function labCommand(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  if (command !== 'regrade') return checkCommand(words);
  // Only this one needs a database.
  return (await import('./regradeCommand.ts')).regradeCommand(rest);
}

/** Something is to be mended: 1. */
async function checkCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(
    words,
    ['--only', '--seed', '--students', '--keep'],
    ['--json', '--verbose', '--help', '-h'],
  );
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable lab --help'.`);
  const { values, flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(LAB_HELP);
    return 0;
  }
  const [command, ...folders] = files;
  if (command !== 'check')
    return complain("lab takes the commands check and regrade\nTry 'sandtable lab --help'.");
  if (folders.length === 0) return complain("lab check takes folders of labs\nTry 'sandtable lab --help'.");
  const keep = values['--keep']?.at(-1);
  if (keep !== undefined && statSync(keep, { throwIfNoEntry: false }) !== undefined)
    return complain(`--keep: ${keep} is there already`);
  const students = Number(values['--students']?.at(-1) ?? 0);
  if (!Number.isInteger(students) || students < 0 || students > MOST_STUDENTS)
    return complain(`--students takes a whole number up to ${String(MOST_STUDENTS)}`);
  const abort = new AbortController();
  const cancel = (): void => abort.abort();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  try {
    let fine = true;
    const reports: object[] = [];
    for (const folder of folders) {
      const report = await checkFolder(folder, {
        only: values['--only'] ?? [],
        seed: values['--seed']?.at(-1),
        students,
        keep: keep === undefined ? undefined : path.join(keep, path.basename(path.resolve(folder))),
        signal: abort.signal,
        quiet: flags.has('--json'),
        verbose: flags.has('--verbose'),
      });
      if (typeof report === 'string') return complain(report);
      if (abort.signal.aborted) return CANCELLED_STATUS;
      fine &&= report.fine;
      reports.push({ folder, ...report });
    }
    if (flags.has('--json')) process.stdout.write(`${JSON.stringify(reports)}\n`);
    return fine ? 0 : 1;
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
    await Promise.all([closeCheckThreads(), stopChecking()]);
  }
}

const CANCELLED_STATUS = 130;

/** A large course; more tell nothing new of a lab's values. */
const MOST_STUDENTS = 1_000;

interface FolderOptions {
  readonly only: readonly string[];
  readonly seed: string | undefined;
  readonly students: number;
  readonly keep: string | undefined;
  readonly signal: AbortSignal;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

type FolderReport = { readonly fine: boolean } & (LabReport | { readonly problems: readonly object[] });

/** A text where the words of the command are wrong. */
async function checkFolder(folder: string, options: FolderOptions): Promise<FolderReport | string> {
  const { quiet, verbose, signal, seed, students, keep } = options;
  const read = await readPackFolder(folder);
  if (!read.ok) {
    if (!quiet) for (const problem of read.problems) say(path.join(folder, problemLine(problem)));
    return { fine: false, problems: read.problems };
  }
  const { pack } = read;
  const chosen = await chosenOf(pack, options.only);
  if (typeof chosen === 'string') return chosen;
  if (!quiet)
    say(`${pack.manifest.id}: ${pack.manifest.title} (${count(pack.manifest.checks.length, 'check')})`);
  const report = await checkLab(pack, {
    ...chosen,
    signal,
    students,
    ...(seed === undefined ? {} : { seed }),
    ...(keep === undefined ? {} : { keep }),
  });
  if (signal.aborted && keep !== undefined) rmSync(keep, { recursive: true, force: true });
  if (!quiet && !signal.aborted) {
    for (const problem of report.problems) say(path.join(folder, problemLine(problem)));
    const width = Math.max(...report.submissions.map(({ name }) => name.length));
    for (const submission of report.submissions)
      tell(submission, width, verbose || chosen.extra !== undefined);
  }
  const extra = report.submissions.find(({ name }) => name === chosen.extra?.name);
  return { ...report, fine: isFine(report) && (extra === undefined || extra.points >= extra.max) };
}

type Chosen = {
  readonly only?: readonly string[];
  readonly extra?: { readonly name: string; readonly files: SubmittedFiles };
};

async function chosenOf(pack: Pack, only: readonly string[]): Promise<Chosen | string> {
  if (only.length === 0) return {};
  const known = submissionNames(pack);
  const names = only
    .filter((name) => known.includes(name.replace(/\/$/, '')))
    .map((name) => name.replace(/\/$/, ''));
  const folders = only.filter((name) => !known.includes(name.replace(/\/$/, '')));
  if (folders.length > 1) return '--only takes one folder of a submission at most';
  const [folder] = folders;
  if (folder === undefined) return { only: names };
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `--only: ${folder} is neither a folder nor one of ${known.join(', ')}`;
  const read = await packFilesOf(folder);
  if (!read.ok) return read.problems.map(problemLine).join('\n');
  // What a student did not touch is as it was.
  const files = new Map([...labInstance(pack, '').starter, ...read.files]);
  return { only: names, extra: { name: folder, files } };
}

function tell(
  { name, points, max, results, complaints }: SubmissionReport,
  width: number,
  all: boolean,
): void {
  const failed = results.filter(({ passed }) => !passed);
  const lost = failed.length === 0 ? 'loses nothing' : `loses ${failed.map(({ id }) => id).join(', ')}`;
  const points_ = `${String(Math.round(points * 100) / 100)}/${String(max)}`;
  say(
    `  ${complaints.length === 0 ? 'ok  ' : 'MEND'}  ${name.padEnd(width)}  ${points_.padStart(9)}  ${lost}`,
  );
  for (const complaint of complaints) say(`          ${complaint}`);
  if (!all) return;
  for (const { id, findings } of failed)
    for (const { text, file, line, row } of findings)
      say(
        `          ${id}: ${text}${file === undefined ? '' : ` [${file}${line === undefined ? '' : `:${String(line)}`}]`}${row === undefined ? '' : ` [row ${String(row)}]`}`,
      );
}

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
