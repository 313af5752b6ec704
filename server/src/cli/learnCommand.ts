/** `sandtable learn`: the least policy that allows what a recorded run did. */
import { learn, type Choice } from '@sandtable/shared/replay/learn';
import { FLAG_WORDS, learnedSource, NO_PROOF } from '@sandtable/shared/replay/learnedSource';
import { complain } from './complain.ts';
import { parseWords } from './commandWords.ts';
import { printable } from '@sandtable/shared/printable';
import { LEARN_HELP } from './replayHelp.ts';
import { openTrace, sayWhereCut } from './traceInput.ts';

const KEYS: readonly Choice['key'][] = ['exact', 'folder', 'below', 'looking'];

/** The policy goes to standard output, everything else to standard error. */
export async function learnCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, ['--choose'], ['--json', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable learn --help'.`);
  const { values, flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(LEARN_HELP);
    return 0;
  }
  const [file, ...rest] = files;
  if (file === undefined || rest.length > 0)
    return complain("learn takes one trace\nTry 'sandtable learn --help'.");
  const picks = picksOf(values['--choose'] ?? []);
  if (typeof picks === 'string') return complain(picks);
  const trace = await openTrace(file);
  if (!trace.ok) return complain(trace.message);
  const proposal = learn(trace.run);
  for (const [id, key] of Object.entries(picks)) {
    const rule = proposal.rules.find((each) => String(each.id) === id);
    if (rule === undefined) return complain(`--choose ${id}:${key}: there is no rule ${id} in this proposal`);
    if (!rule.choices.some((choice) => choice.key === key))
      return complain(
        `--choose ${id}:${key}: rule ${id} has ${rule.choices.map((choice) => choice.key).join(', ')}`,
      );
  }
  sayWhereCut(file, trace.run);
  if (flags.has('--json')) {
    process.stdout.write(`${JSON.stringify(proposal)}\n`);
    return 0;
  }
  process.stdout.write(learnedSource(proposal, { picks, what: trace.run.start?.argv.join(' ') ?? file }));
  const note = (line: string): void => {
    process.stderr.write(`${printable(line)}\n`);
  };
  for (const { id, choices } of proposal.rules) {
    for (const { key, says, flags: found } of choices.slice(1)) {
      const warning = found.map((flag) => `; ${FLAG_WORDS[flag]}`).join('');
      note(`rule ${String(id)}: --choose ${String(id)}:${key} for ${says}${warning}`);
    }
  }
  for (const line of NO_PROOF) note(line);
  return 0;
}

/** `3:folder`. */
function picksOf(words: readonly string[]): Record<number, Choice['key']> | string {
  const picks: Record<number, Choice['key']> = {};
  for (const word of words) {
    const [, id, key] = /^(\d+):(\w+)$/.exec(word) ?? [];
    const known = KEYS.find((each) => each === key);
    if (id === undefined || known === undefined)
      return `--choose takes the number of a rule and ${KEYS.join(', ')}, such as 3:folder, not '${word}'`;
    picks[Number(id)] = known;
  }
  return picks;
}
