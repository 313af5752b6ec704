/** A proposal as the text of a policy, for a person to read and change. */
import type { RunMode } from '../events.ts';
import { learnedRules, picked, type Choice, type Flag, type Proposal } from './learn.ts';

/** In words, for the comment at a rule and the list in the page. */
export const FLAG_WORDS: { readonly [flag in Flag]: string } = {
  everywhere: 'holds wherever the call acts, because the run made it where there is no place',
  'writes-widely': 'lets things be changed that the run did not touch',
  'was-denied': 'lets through what this run was denied',
  'own-program': 'lets the guest change its own program',
  shortened: 'stands for more names than a policy can hold',
};

export const NO_PROOF = [
  'This is what one run needed, and no proof: another input may need more, and a program that',
  'was attacked while it ran has taught its attacker’s calls too. Read each rule before you keep it.',
];

/** Longer lines of the policy are broken. */
const LINE_CHARS = 110;

export interface LearnedSourceOptions {
  /** Which choice of each rule; the least where nothing is said. */
  readonly picks?: Readonly<Record<number, Choice['key']>>;
  /** What was run, for the comment at the head. */
  readonly what?: string;
  readonly mode?: RunMode;
}

/** TypeScript for `policy.ts`: the world of the standard policy, the learned rules, and nothing else. */
export function learnedSource(proposal: Proposal, options: LearnedSourceOptions = {}): string {
  const { picks = {}, what = 'a run' } = options;
  const specs = learnedRules(proposal, picks);
  const fakes = specs.slice(0, proposal.fakes.length);
  const lines = [
    '/**',
    ` * Learned from ${comment(what)}: ${String(proposal.calls)} calls.`,
    ' *',
    ...NO_PROOF.map((line) => ` * ${line}`),
    ' */',
    `import { ${['allow', ...(fakes.length > 0 ? ['fake'] : []), 'policy', 'standard'].join(', ')} } from 'sandtable';`,
    '',
    'export default policy({',
    '  mounts: standard.mounts ?? {},',
    '  quotas: standard.quotas ?? {},',
    '  rules: [',
  ];
  for (const { call, value, rows } of proposal.fakes)
    lines.push(`    // ${rowWords(rows, rows.length)}`, `    fake('${call}', ${literal(value)}),`);
  for (const rule of proposal.rules) {
    const { select, paths, mode, flags } = picked(rule, picks);
    lines.push(`    // ${rowWords(rule.rows, rule.count)}`);
    for (const flag of flags) lines.push(`    // Broad: ${FLAG_WORDS[flag]}.`);
    const args = [list(select), ...(paths === undefined ? [] : [list(paths)])];
    if (mode !== undefined) args.push(`{ mode: '${mode}' }`);
    lines.push(...allowLines(args));
  }
  lines.push('  ],');
  if (proposal.denied.count > 0)
    lines.push(
      `  // The run was denied ${rowWords(proposal.denied.rows, proposal.denied.count).replace('From r', 'r')}: they stay denied.`,
    );
  if (proposal.incomplete.length > 0)
    lines.push(
      `  // No rule for ${rowWords(proposal.incomplete, proposal.incomplete.length).replace('From r', 'r')}: the trace does not hold their whole names.`,
    );
  lines.push("  otherwise: 'deny',", '});', '');
  return lines.join('\n');
}

/** On one line where it fits, else an argument a line. */
function allowLines(args: readonly string[]): readonly string[] {
  const line = `    allow(${args.join(', ')}),`;
  if (line.length <= LINE_CHARS) return [line];
  return ['    allow(', ...args.flatMap(argLines), '    ),'];
}

function argLines(arg: string): readonly string[] {
  const line = `      ${arg},`;
  if (line.length <= LINE_CHARS || !arg.startsWith('[')) return [line];
  const items = arg.slice(1, -1).split(/, (?=['"])/);
  return ['      [', ...items.map((item) => `        ${item},`), '      ],'];
}

function rowWords(rows: readonly number[], count: number): string {
  const shown = rows.slice(0, 6).join(', ');
  const more =
    count > Math.min(rows.length, 6) ? ` and ${String(count - Math.min(rows.length, 6))} more` : '';
  return `From row${count === 1 ? '' : 's'} ${shown}${more}`;
}

function list(values: readonly string[]): string {
  return values.length === 1 ? literal(values[0]!) : `[${values.map(literal).join(', ')}]`;
}

/** As TypeScript; what JSON may hold and a source line may not is escaped. */
function literal(value: unknown): string {
  const json = JSON.stringify(value).replaceAll(
    /[\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16)}`,
  );
  return typeof value === 'string' && !/['\\]/.test(value) && json === `"${value}"` ? `'${value}'` : json;
}

function comment(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]|\*\//g, ' ').slice(0, 200);
}
