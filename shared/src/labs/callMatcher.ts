/** Patterns of calls against rows of a trace: which rows fit, and which one came nearest where none does. */
import { accessOf } from '../callAccess.ts';
import { callSpec } from '../calls.ts';
import type { CallEvent } from '../events.ts';
import { compileGlob } from '../policy/glob.ts';
import type { PlainValue } from '../policy/model.ts';
import type { RuleInfo } from '../verdicts.ts';
import type { CallPattern } from './expectSpec.ts';
import { textComplaint } from './textTests.ts';

export interface RowWithRule {
  readonly row: CallEvent;
  readonly rule: RuleInfo | undefined;
}

export interface CallMatch {
  readonly pattern: Omit<CallPattern, 'count'>;
  /** Rows that fit. */
  readonly count: number;
  readonly first: RowWithRule | null;
  readonly last: RowWithRule | null;
  /** The first row of the right call and place that is another one in something else. */
  readonly near: RowWithRule | null;
}

/** Takes the rows of a run one by one. */
export class CallMatcher {
  readonly #pattern: Omit<CallPattern, 'count'>;
  readonly #paths: ((path: string) => boolean) | null;
  readonly #newpaths: ((path: string) => boolean) | null;
  #count = 0;
  #first: RowWithRule | null = null;
  #last: RowWithRule | null = null;
  #near: RowWithRule | null = null;

  constructor(pattern: Omit<CallPattern, 'count'>) {
    this.#pattern = pattern;
    this.#paths = anyOf(pattern.path);
    this.#newpaths = anyOf(pattern.newpath);
  }

  take(row: CallEvent, rule: RuleInfo | undefined): void {
    if (!this.#isPlaced(row)) return;
    if (!this.#fits(row, rule)) {
      this.#near ??= { row, rule };
      return;
    }
    this.#count += 1;
    this.#last = { row, rule };
    this.#first ??= this.#last;
  }

  get result(): CallMatch {
    return {
      pattern: this.#pattern,
      count: this.#count,
      first: this.#first,
      last: this.#last,
      near: this.#near,
    };
  }

  /** The call and its places; what the guest asked for or what was performed instead. */
  #isPlaced(row: CallEvent): boolean {
    if (!this.#pattern.call.some((selector) => selects(selector, row))) return false;
    if (this.#paths !== null && !placesOf(row, 'path').some(this.#paths)) return false;
    return this.#newpaths === null || placesOf(row, 'newpath').some(this.#newpaths);
  }

  #fits(row: CallEvent, rule: RuleInfo | undefined): boolean {
    const { verdict, by, errno, raise, succeeds, args, reason } = this.#pattern;
    if (verdict !== undefined && !verdict.includes(row.verdict)) return false;
    if (by !== undefined && (rule === undefined || !by.includes(rule.layer))) return false;
    if (errno !== undefined && (row.errno === undefined || !errno.includes(row.errno))) return false;
    if (raise !== undefined && row.raise !== raise) return false;
    if (succeeds !== undefined && succeeds !== (row.errno === undefined && row.raise === undefined))
      return false;
    if (args !== undefined && !Object.entries(args).every(([name, value]) => row.args[name] === value))
      return false;
    return reason === undefined || textComplaint(reason, row.reason ?? '', '') === null;
  }
}

function anyOf(globs: readonly string[] | undefined): ((path: string) => boolean) | null {
  if (globs === undefined) return null;
  const all = globs.map((glob) => {
    const compiled = compileGlob(glob);
    // What a parameter made of a glob can be wrong; then it fits nothing.
    return compiled.ok ? compiled.matches : () => false;
  });
  return (path) => all.some((matches) => matches(path));
}

function selects(selector: string, { call, args }: CallEvent): boolean {
  if (selector === '*' || selector === call) return true;
  if (selector === 'read' || selector === 'write') return accessOf(call, args) === selector;
  return callSpec(call)?.group === selector;
}

/** Where a call acted, by the name that was asked for where no other is in the row. */
export function placesOf(row: CallEvent, which: 'path' | 'newpath'): readonly string[] {
  const asked = row[which] ?? textOf(row.args[which]);
  const performed =
    (which === 'path' ? row.performedPath : row.performedNewpath) ?? textOf(row.performed?.[which]);
  return [asked, performed].filter((place) => place !== undefined);
}

function textOf(value: PlainValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `ll_os_open of /tmp/* with verdict allow`: what a pattern looks for. */
export function patternWords({
  call,
  path,
  newpath,
  verdict,
  by,
  errno,
  raise,
  succeeds,
  args,
}: Omit<CallPattern, 'count'>): string {
  const parts = [call.length === 1 ? call[0]! : `any of ${call.join(', ')}`];
  if (path !== undefined) parts.push(`of ${path.join(' or ')}`);
  if (newpath !== undefined) parts.push(`to ${newpath.join(' or ')}`);
  if (verdict !== undefined) parts.push(`with verdict ${verdict.join(' or ')}`);
  if (by !== undefined) parts.push(`by the ${by.join(' or ')}`);
  if (errno !== undefined) parts.push(`with ${errno.join(' or ')}`);
  if (raise !== undefined) parts.push(`with ${raise}`);
  if (succeeds !== undefined) parts.push(succeeds ? 'that succeeds' : 'that fails');
  if (args !== undefined) parts.push(`with ${JSON.stringify(args)}`);
  return parts.join(' ');
}

/** Characters of one argument in words. */
const ARG_CHARS = 60;

/** `ll_os_open("/etc/passwd") = deny EPERM, by line 3 of policy.ts`: one row for a finding. */
export function rowWords({ row, rule }: RowWithRule): string {
  const place = placesOf(row, 'path')[0];
  const shown = place === undefined ? JSON.stringify(row.args) : JSON.stringify(place);
  const error = row.errno ?? row.raise;
  const who =
    rule === undefined || rule.layer === 'ceiling'
      ? 'the platform'
      : rule.layer === 'lab'
        ? 'the lab'
        : rule.at === undefined
          ? 'the policy'
          : `line ${String(rule.at.line)} of policy.ts`;
  return `${row.call}(${shown.length > ARG_CHARS ? `${shown.slice(0, ARG_CHARS)}…` : shown}) = ${row.verdict}${error === undefined ? '' : ` ${error}`}, by ${who}`;
}
