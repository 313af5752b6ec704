/** A YAML document whose every field knows where it stands. Hostile documents give problems, never an exception or a wait. */
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml';
import type { ManifestProblem } from '@sandtable/shared/labs/manifest';
import type { PackProblem } from './packFiles.ts';

/** A manifest that is longer keeps texts that belong into files. */
const MAX_YAML_BYTES = 128 * 1024;

/** Brackets within brackets; no field of ours lies deeper than ten. */
const MAX_DEPTH = 60;

export type YamlResult =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where in the file a problem of a field is, in words for its author. */
      readonly problem: (problem: ManifestProblem) => PackProblem;
    }
  | { readonly ok: false; readonly problems: readonly PackProblem[] };

export function readYaml(file: string, content: Uint8Array): YamlResult {
  const refuse = (message: string, line = 0, column = 0): YamlResult => ({
    ok: false,
    problems: [{ file, line, column, field: '', message }],
  });
  if (content.length > MAX_YAML_BYTES)
    return refuse(`This file may have ${String(MAX_YAML_BYTES / 1024)} KiB at most.`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return refuse('This file is not UTF-8.');
  }
  const lines = new LineCounter();
  let document: Document;
  try {
    // Duplicates are looked for below: the library compares every key with every other.
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, stringKeys: true, merge: false });
  } catch (error) {
    if (error instanceof RangeError) return refuse('This file is nested too deeply.');
    throw error;
  }
  const [first] = document.errors;
  if (first !== undefined) {
    // The library tells of its own exhausted stack as of any other error.
    if (/call stack/i.test(first.message)) return refuse('This file is nested too deeply.');
    const at = lines.linePos(first.pos[0]);
    return refuse(`${first.message.split(' at line ', 1)[0]!.split('\n', 1)[0]!}.`, at.line, at.col);
  }
  const twice = oddity(document);
  if (twice !== null) {
    const at = lines.linePos(twice.offset);
    return refuse(twice.message, at.line, at.col);
  }
  return {
    ok: true,
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    problem: (problem) => {
      const { offset: at, path } = placeOf(document, problem);
      const { line, col } = lines.linePos(at);
      const message = path.length === 0 ? `The file ${problem.message}.` : `${problem.message}.`;
      return { file, line, column: col, field: fieldName(path), message };
    },
  };
}

/** `checks[2].expect.output[0]` */
function fieldName(path: readonly (string | number)[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${String(part)}]` : `${index === 0 ? '' : '.'}${part}`,
    )
    .join('');
}

function oddity(document: Document): { readonly offset: number; readonly message: string } | null {
  let found: { offset: number; message: string } | null = null;
  visit(document, {
    Alias: (_key, node) => {
      found = {
        offset: node.range?.[0] ?? 0,
        message: 'References (*name) are not used here; write the value again.',
      };
      return visit.BREAK;
    },
    Map: (_key, node) => {
      const keys = new Set<unknown>();
      for (const { key } of node.items) {
        const name = isScalar(key) ? key.value : null;
        if (keys.has(name)) {
          found = { offset: offset(key), message: `The field ${String(name)} is given twice.` };
          return visit.BREAK;
        }
        keys.add(name);
      }
      return undefined;
    },
    Node: (_key, node, path) => {
      if (path.length <= MAX_DEPTH) return undefined;
      found = { offset: node.range?.[0] ?? 0, message: 'This file is nested too deeply.' };
      return visit.BREAK;
    },
  });
  return found;
}

/**
 * Where the field itself stands, or the innermost one around it that is there; and its path as the author wrote it: a single value may stand
 * where a list is meant.
 */
function placeOf(
  document: Document,
  { path, key }: ManifestProblem,
): { readonly offset: number; readonly path: readonly (string | number)[] } {
  let here: unknown = document.contents;
  let found = offset(here);
  const written: (string | number)[] = [];
  for (const [index, part] of path.entries()) {
    if (typeof part === 'number' && !isSeq(here)) continue;
    written.push(part);
    if (isMap(here)) {
      const pair = here.items.find(
        (each) => isPair(each) && isScalar(each.key) && String(each.key.value) === String(part),
      );
      if (pair === undefined) here = null;
      else {
        found = offset(pair.key);
        here = pair.value;
        const isLast = index === path.length - 1;
        if (!(isLast && key) && isNode(here) && here.range?.[0] !== here.range?.[1]) found = offset(here);
      }
    } else if (isSeq(here) && typeof part === 'number') {
      here = here.items[part];
      if (here !== undefined) found = offset(here);
    } else here = null;
  }
  return { offset: found, path: written };
}

function offset(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
