/**
 * Patterns of the trace filter: `*` stands for any characters, `?` for one, `\` takes the next character literally.
 *
 * Matching takes time proportional to pattern × text at worst, so that no filter can hold up whoever scans a log. (A regular
 * expression with several `.*` would not keep that promise.)
 */

const ANY = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof ANY | typeof ONE;

/** The pattern that stands for exactly this text. */
export function literalPattern(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}

/** The text that a pattern without wildcards stands for, or null for one that has any. */
export function literalOf(pattern: string): string | null {
  const tokens = tokensOf(pattern);
  return tokens.every((token) => typeof token === 'string') ? tokens.join('') : null;
}

/** The texts between the wildcards of a pattern. */
export function literalParts(pattern: string): readonly string[] {
  const parts: string[] = [''];
  for (const token of tokensOf(pattern)) {
    if (typeof token === 'string') parts[parts.length - 1] += token;
    else parts.push('');
  }
  return parts;
}

/** A test whether a whole text matches; `foldCase` ignores the difference between small and capital letters. */
export function wildcard(pattern: string, foldCase = false): (text: string) => boolean {
  const tokens = tokensOf(foldCase ? pattern.toLowerCase() : pattern);
  if (tokens.every((token) => typeof token === 'string')) {
    const exact = tokens.join('');
    return foldCase ? (text) => text.toLowerCase() === exact : (text) => text === exact;
  }
  return foldCase ? (text) => matches(tokens, text.toLowerCase()) : (text) => matches(tokens, text);
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '*') {
      if (tokens.at(-1) !== ANY) tokens.push(ANY);
    } else if (char === '?') tokens.push(ONE);
    else if (char === '\\' && at + 1 < pattern.length) tokens.push(pattern[++at]!);
    else tokens.push(char);
  }
  return tokens;
}

function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  // Where to go on when a comparison fails: behind the newest star, one character further.
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === ANY) {
      star = token++;
      starAt = at;
    } else if (wanted === ONE || (wanted !== undefined && wanted === text[at])) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === ANY) token += 1;
  return token === tokens.length;
}
