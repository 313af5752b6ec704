/** What a version of a lab has other than another, for whoever gives it to a course. */
import { TASK_FILE } from '@sandtable/shared/labs/packPath';
import type { VersionComparison } from '@sandtable/shared/courseReplies';
import type { Pack } from './packReader.ts';

type Difference = VersionComparison['differences'][number];

/** Files named one by one; more are counted. */
const FILES_NAMED = 8;

export function compareVersions(before: Pack, after: Pack): readonly Difference[] {
  const differences: Difference[] = [];
  const say = (kind: Difference['kind'], text: string): void => void differences.push({ kind, text });
  const old = new Map(before.manifest.checks.map((check) => [check.id, check]));
  const now = new Map(after.manifest.checks.map((check) => [check.id, check]));
  const total = (pack: Pack): number => pack.manifest.checks.reduce((sum, { weight }) => sum + weight, 0);
  if (total(before) !== total(after))
    say('points', `The lab gives ${String(total(after))} points instead of ${String(total(before))}.`);
  for (const [id, check] of now) {
    const was = old.get(id);
    if (was === undefined) say('check', `New check “${check.title}”, ${String(check.weight)} points.`);
    else if (was.weight !== check.weight)
      say('check', `“${check.title}” counts ${String(check.weight)} instead of ${String(was.weight)}.`);
    else if (JSON.stringify({ ...was, title: '' }) !== JSON.stringify({ ...check, title: '' }))
      say('check', `“${check.title}” asks for something else.`);
  }
  for (const [id, check] of old) if (!now.has(id)) say('check', `The check “${check.title}” is gone.`);
  if (JSON.stringify(before.manifest.hints) !== JSON.stringify(after.manifest.hints))
    say('hint', 'The hints are other ones.');
  const changed = changedFiles(before, after);
  if (changed.includes(TASK_FILE)) say('task', 'The text of the task changed.');
  const starter = changed.filter((path) => path.startsWith('starter/'));
  if (starter.length > 0)
    say(
      'starter',
      `Starter files changed: ${named(starter)}. Works that are begun keep the files they have.`,
    );
  const rest = changed.filter((path) => /^(hidden|checks|attacks)\//.test(path));
  if (rest.length > 0) say('hidden', `Files of the checks changed: ${named(rest)}.`);
  return differences;
}

function changedFiles(before: Pack, after: Pack): readonly string[] {
  return [...new Set([...before.files.keys(), ...after.files.keys()])]
    .filter((path) => {
      const [a, b] = [before.files.get(path), after.files.get(path)];
      return a === undefined || b === undefined || Buffer.compare(a, b) !== 0;
    })
    .sort();
}

function named(paths: readonly string[]): string {
  const first = paths.slice(0, FILES_NAMED).join(', ');
  return paths.length <= FILES_NAMED ? first : `${first} and ${String(paths.length - FILES_NAMED)} more`;
}
