/** Which function of a policy stands around a call, found in its source: verdicts name the rule that decided, not who passed the call on. */

/** Null where there is none. A function for the call goes before the one for every call. */
export function functionPlace(
  source: string,
  call: string,
): { readonly name: string; readonly line: number } | null {
  const lines = source.split('\n');
  for (const name of [call, '*']) {
    const key = name === '*' ? `['"]\\*['"]` : `['"]?${name}['"]?`;
    const method = new RegExp(`^\\s*(?:async\\s+)?${key}\\s*(?:\\(|:\\s*(?:async\\b|function\\b|\\())`);
    const line = lines.findIndex((text) => method.test(text));
    if (line >= 0) return { name, line: line + 1 };
  }
  return null;
}
