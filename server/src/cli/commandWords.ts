/** The words of a command: options with values, flags, and files. */

export type ParsedWords<V extends string, F extends string> =
  | {
      readonly ok: true;
      readonly values: { readonly [option in V]?: readonly string[] };
      readonly flags: ReadonlySet<F>;
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/** Options may stand before and behind the files; `--` ends them. */
export function parseWords<V extends string, F extends string>(
  words: readonly string[],
  valued: readonly V[],
  flagged: readonly F[],
): ParsedWords<V, F> {
  const values: { [option in V]?: string[] } = {};
  const flags = new Set<F>();
  const files: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') {
      files.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      files.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals > 0 ? word.slice(0, equals) : word;
    if ((flagged as readonly string[]).includes(word)) flags.add(word as F);
    else if ((valued as readonly string[]).includes(name)) {
      const value = equals > 0 ? word.slice(equals + 1) : words[++at];
      if (value === undefined || value === '') return { ok: false, message: `${name} needs a value` };
      (values[name as V] ??= []).push(value);
    } else return { ok: false, message: `unknown option ${name}` };
  }
  return { ok: true, values, flags, files };
}
