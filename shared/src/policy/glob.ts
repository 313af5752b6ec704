/**
 * Path globs of policy rules. They match whole resolved paths (`/tmp/a/b`) and the names of things without a path (`<stdin>`).
 *
 * | glob      | matches                                                                                     |
 * |-----------|---------------------------------------------------------------------------------------------|
 * | `*`       | any characters but `/`                                                                      |
 * | `?`       | one character but `/`                                                                       |
 * | `[a-z_]`  | one of these characters; `[!a-z]` or `[^a-z]` one that is neither of these nor `/`          |
 * | `{a,b*}`  | either; may be nested                                                                       |
 * | `**`      | any characters, `/` too                                                                     |
 * | `/dir/**` | the directory itself and everything below it: who protects a directory means its name too  |
 * | `/a/**` + `/b` | any number of directories between, also none                                           |
 * | `\x`      | the character x itself                                                                      |
 *
 * Matching simulates all ways through the glob at once, one bit a position: the time is proportional to the length of the
 * path, times one for each {@link WORD} positions of the glob. There is no backtracking that a hostile glob could blow up.
 */
import { canonicalText } from '../text.ts';

/** Longer globs are a mistake or an attack; real ones have some 30 characters. The rule is refused. */
export const MAX_GLOB_LENGTH = 256;

/** Alternatives that the braces of one glob may multiply to. The rule is refused. */
export const MAX_GLOB_ALTERNATIVES = 64;

/** Positions in one machine word: bit 31 is left out, so that words stay small integers. */
const WORD = 31;

export type GlobError = 'too-long' | 'too-many-alternatives' | 'unclosed' | 'not-absolute' | 'not-resolved';

export type GlobResult =
  /** `positions` is what matching costs at worst, for one character of the path. */
  | { readonly ok: true; readonly matches: (path: string) => boolean; readonly positions: number }
  | { readonly ok: false; readonly code: GlobError; readonly message: string };

type Token =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'one' }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [number, number])[];
    }
  | { readonly kind: 'star' }
  | { readonly kind: 'deep' }
  /** Any number of directories; stands after a slash (or at the beginning) and before a name. */
  | { readonly kind: 'directories' }
  /** The slash of a trailing `/**`: the path may also end before it. */
  | { readonly kind: 'tail' };

const SLASH = 47;

/** Compiles a glob; the error's message is for its author. */
export function compileGlob(glob: string): GlobResult {
  if (glob.length > MAX_GLOB_LENGTH)
    return fail('too-long', `a path glob may have ${MAX_GLOB_LENGTH} characters`);
  const alternatives = expandBraces(canonicalText(glob));
  if (typeof alternatives === 'string') {
    return alternatives === 'unclosed'
      ? fail('unclosed', 'a { or } of the glob has no partner; write \\{ for the character itself')
      : fail('too-many-alternatives', `the braces of a glob may make ${MAX_GLOB_ALTERNATIVES} alternatives`);
  }
  const tests: ((path: string) => boolean)[] = [];
  let positions = 0;
  for (const alternative of alternatives) {
    const wrong = misplaced(alternative);
    if (wrong !== null) return wrong;
    const tokens = tokensOf(alternative);
    if (tokens === null)
      return fail('unclosed', 'a [ of the glob has no ]; write \\[ for the character itself');
    positions += tokens.length;
    tests.push(matcher(tokens));
  }
  const only = tests[0]!;
  return {
    ok: true,
    positions,
    matches: tests.length === 1 ? only : (path) => tests.some((test) => test(path)),
  };
}

function fail(code: GlobError, message: string): GlobResult {
  return { ok: false, code, message };
}

/** Globs that can never match, because paths are matched after they were resolved. */
function misplaced(glob: string): GlobResult | null {
  if (!/^(?:\/|\*|<|\[|\\|\?)/.test(glob)) {
    return fail(
      'not-absolute',
      `paths are matched whole, after they were resolved: write '/tmp/${glob}' or '**/${glob}'`,
    );
  }
  if (/^\*(?!\*)/.test(glob)) {
    return fail(
      'not-absolute',
      `paths are matched whole and * does not match a slash: write '**/${glob}' or '/tmp/${glob}'`,
    );
  }
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(glob) || glob.includes('//')) {
    return fail(
      'not-resolved',
      'paths are matched after they were resolved, so no path has a . or .. or an empty part',
    );
  }
  return null;
}

/** The alternatives of a glob without braces left in them. */
function expandBraces(glob: string): readonly string[] | 'unclosed' | 'too-many' {
  let open = -1;
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]!;
    if (char === '\\') at += 1;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = glob.includes(']', at + 2);
    else if (char === '{') {
      if (depth === 0) open = at;
      depth += 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth < 0) return 'unclosed';
      if (depth === 0)
        return multiply(glob.slice(0, open), splitAlternatives(glob.slice(open + 1, at)), glob.slice(at + 1));
    }
  }
  return depth === 0 ? [glob] : 'unclosed';
}

function multiply(
  before: string,
  inside: readonly string[],
  after: string,
): readonly string[] | 'unclosed' | 'too-many' {
  const result: string[] = [];
  for (const choice of inside) {
    const expanded = expandBraces(before + choice + after);
    if (typeof expanded === 'string') return expanded;
    result.push(...expanded);
    if (result.length > MAX_GLOB_ALTERNATIVES) return 'too-many';
  }
  return result;
}

function splitAlternatives(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\') at += 1;
    else if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function tokensOf(glob: string): readonly Token[] | null {
  const tokens: Token[] = [];
  // A trailing slash says "directory", which is what it would match anyway.
  const end = glob.length > 1 && glob.endsWith('/') && !glob.endsWith('\\/') ? glob.length - 1 : glob.length;
  for (let at = 0; at < end; at++) {
    const char = glob[at]!;
    if (char === '\\' && at + 1 < end) {
      at += 1;
      tokens.push({ kind: 'char', code: glob.charCodeAt(at) });
    } else if (char === '?') tokens.push({ kind: 'one' });
    else if (char === '[') {
      const close = classEnd(glob, at, end);
      if (close < 0) return null;
      tokens.push(classToken(glob.slice(at + 1, close)));
      at = close;
    } else if (char === '*') {
      let stars = 1;
      while (at + stars < end && glob[at + stars] === '*') stars += 1;
      const whole = at === 0 || glob[at - 1] === '/';
      const next = at + stars;
      if (stars === 1) pushStar(tokens, 'star');
      else if (whole && glob[next] === '/' && next < end) {
        if (tokens.at(-1)?.kind !== 'directories') tokens.push({ kind: 'directories' });
        at = next;
        continue;
      } else if (at > 1 && glob[at - 1] === '/' && next === end && tokens.at(-1)?.kind === 'char') {
        tokens[tokens.length - 1] = { kind: 'tail' };
        tokens.push({ kind: 'deep' });
      } else pushStar(tokens, 'deep');
      at = next - 1;
    } else tokens.push({ kind: 'char', code: glob.charCodeAt(at) });
  }
  return tokens;
}

/** Neighbouring stars are one star: the wider of them. */
function pushStar(tokens: Token[], kind: 'star' | 'deep'): void {
  const last = tokens.at(-1)?.kind;
  if (last === 'deep' || last === kind) return;
  if (last === 'star') tokens.pop();
  tokens.push({ kind });
}

function classEnd(glob: string, open: number, end: number): number {
  let at = open + 1;
  if (glob[at] === '!' || glob[at] === '^') at += 1;
  if (glob[at] === ']') at += 1;
  for (; at < end; at++) {
    if (glob[at] === '\\') at += 1;
    else if (glob[at] === ']') return at;
  }
  return -1;
}

function classToken(body: string): Token {
  const negated = body.startsWith('!') || body.startsWith('^');
  const codes: number[] = [];
  const ranges: (readonly [number, number])[] = [];
  for (let at = negated ? 1 : 0; at < body.length; at++) {
    if (body[at] === '\\' && at + 1 < body.length) at += 1;
    const low = body.charCodeAt(at);
    if (body[at + 1] === '-' && at + 2 < body.length) {
      at += 2;
      if (body[at] === '\\' && at + 1 < body.length) at += 1;
      ranges.push([low, body.charCodeAt(at)]);
    } else codes.push(low);
  }
  for (const code of codes) ranges.push([code, code]);
  return { kind: 'class', negated, ranges };
}

function matcher(tokens: readonly Token[]): (path: string) => boolean {
  if (tokens.every((token) => token.kind === 'char')) {
    const exact = String.fromCharCode(...tokens.map((token) => (token as { code: number }).code));
    return (path) => path === exact;
  }
  const literal = tokens.findIndex((token) => token.kind !== 'char');
  const prefix = String.fromCharCode(
    ...tokens.slice(0, literal).map((token) => (token as { code: number }).code),
  );
  const rest = tokens.slice(literal);
  if (rest.length === 2 && rest[0]!.kind === 'tail') {
    const below = `${prefix}/`;
    return (path) => path === prefix || path.startsWith(below);
  }
  if (rest.length === 1 && rest[0]!.kind === 'deep') return (path) => path.startsWith(prefix);
  const test = rest.length < WORD ? narrow(rest) : wide(rest);
  return (path) => path.startsWith(prefix) && test(path, prefix.length);
}

/** Whether a token takes the character: to stay where it is, or to go on to the next. */
function stays(token: Token, code: number): boolean {
  return token.kind === 'deep' || token.kind === 'directories' || (token.kind === 'star' && code !== SLASH);
}

function goesOn(token: Token, code: number): boolean {
  switch (token.kind) {
    case 'char':
      return token.code === code;
    case 'one':
      return code !== SLASH;
    case 'class':
      return (
        code !== SLASH && token.ranges.some(([low, high]) => code >= low && code <= high) !== token.negated
      );
    case 'directories':
    case 'tail':
      return code === SLASH;
    case 'star':
    case 'deep':
      return false;
  }
}

/** Position k is bit k: "the first k tokens have matched so far". Position n is the end. */
interface Steps {
  readonly stay: number;
  readonly go: number;
}

const ASCII = 128;

function narrow(tokens: readonly Token[]): (path: string, from: number) => boolean {
  const bits = (holds: (token: Token) => boolean): number =>
    tokens.reduce((all, token, k) => (holds(token) ? all | (1 << k) : all), 0);
  const stepsOf = (code: number): Steps => ({
    stay: bits((token) => stays(token, code)),
    go: bits((token) => goesOn(token, code)),
  });
  const stay = new Int32Array(ASCII);
  const go = new Int32Array(ASCII);
  for (let code = 0; code < ASCII; code++) {
    const steps = stepsOf(code);
    stay[code] = steps.stay;
    go[code] = steps.go;
  }
  const stars = bits((token) => token.kind === 'star' || token.kind === 'deep');
  const directories = bits((token) => token.kind === 'directories');
  const accepting = (1 << tokens.length) | bits((token) => token.kind === 'tail');
  // Entering a position lets one skip what may match nothing. `directories` never follows a star, so two steps suffice.
  const enter = (entered: number): number => {
    const skipped = entered | ((entered & directories) << 1);
    return skipped | ((skipped & stars) << 1);
  };
  const first = enter(1);
  return (path, from) => {
    let state = first;
    for (let at = from; at < path.length; at++) {
      const code = path.charCodeAt(at);
      let kept: number;
      let moved: number;
      if (code < ASCII) {
        kept = state & stay[code]!;
        moved = (state & go[code]!) << 1;
      } else {
        const steps = stepsOf(code);
        kept = state & steps.stay;
        moved = (state & steps.go) << 1;
      }
      state = kept | ((kept & stars) << 1) | enter(moved);
      if (state === 0) return false;
    }
    return (state & accepting) !== 0;
  };
}

/** The same for globs with more positions than a word has bits. */
function wide(tokens: readonly Token[]): (path: string, from: number) => boolean {
  const size = tokens.length;
  const enter = (state: Uint8Array, k: number): void => {
    for (let at = k; ; at++) {
      state[at] = 1;
      const kind = at < size ? tokens[at]!.kind : 'char';
      if (kind !== 'star' && kind !== 'deep' && kind !== 'directories') return;
    }
  };
  return (path, from) => {
    let state = new Uint8Array(size + 2);
    let next = new Uint8Array(size + 2);
    enter(state, 0);
    for (let at = from; at < path.length; at++) {
      const code = path.charCodeAt(at);
      next.fill(0);
      for (let k = 0; k < size; k++) {
        if (state[k] === 0) continue;
        const token = tokens[k]!;
        if (goesOn(token, code)) enter(next, k + 1);
        if (!stays(token, code)) continue;
        if (token.kind === 'directories') next[k] = 1;
        else enter(next, k);
      }
      [state, next] = [next, state];
    }
    return state[size] === 1 || tokens.some((token, k) => token.kind === 'tail' && state[k] === 1);
  };
}
