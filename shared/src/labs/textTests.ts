/** Tests of a text: what is wrong with it, in words for whoever wrote what is tested. */

export interface TextTest {
  readonly contains?: string | undefined;
  readonly equals?: string | undefined;
  readonly matches?: string | undefined;
  readonly lacks?: string | undefined;
}

/** Characters of a text that a finding quotes. */
const QUOTED = 120;

/** What of the test does not hold, or null where all of it does. `name`: what the text is, for a sentence: `the output`. */
export function textComplaint(test: TextTest, text: string, name: string): string | null {
  const { contains, equals, matches, lacks } = test;
  if (contains !== undefined && !text.includes(contains))
    return `${name} does not contain ${quoted(contains)}: ${shown(text)}`;
  if (equals !== undefined && text !== equals)
    return `${name} is not ${quoted(equals)}: ${difference(text, equals)}`;
  if (matches !== undefined && !new RegExp(matches, 'mu').test(text))
    return `${name} does not match ${shortened(matches)}: ${shown(text)}`;
  if (lacks !== undefined && text.includes(lacks))
    return `${name} contains ${quoted(lacks)}, line ${String(lineOf(text, text.indexOf(lacks)))}`;
  return null;
}

/** As {@link textComplaint}, turned round: in which way the text is what it must not be; null where it is not. */
export function textHit(
  { contains, equals, matches, lacks }: TextTest,
  text: string,
  name: string,
): string | null {
  if (contains !== undefined && !text.includes(contains)) return null;
  if (equals !== undefined && text !== equals) return null;
  if (matches !== undefined && !new RegExp(matches, 'mu').test(text)) return null;
  if (lacks !== undefined && text.includes(lacks)) return null;
  if (contains !== undefined) return `${name} contains ${quoted(contains)}`;
  if (equals !== undefined) return `${name} is ${quoted(equals)}`;
  if (matches !== undefined) return `${name} matches ${shortened(matches)}`;
  return `${name} lacks ${quoted(lacks ?? '')}`;
}

/** A text in quotation marks, cut. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}

function shown(text: string): string {
  if (text === '') return 'it is empty';
  return text.length > QUOTED
    ? `it ends with ${JSON.stringify(`…${text.slice(-QUOTED)}`)}`
    : `it is ${quoted(text)}`;
}

/** The first line that differs. */
function difference(text: string, wanted: string): string {
  if (text === '') return 'it is empty';
  const came = text.split('\n');
  const hoped = wanted.split('\n');
  const at = came.findIndex((line, index) => line !== hoped[index]);
  const line = at < 0 ? came.length : at;
  return `line ${String(line + 1)} is ${came[line] === undefined ? 'missing' : quoted(came[line])}`;
}

function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
