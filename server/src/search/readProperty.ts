/** A property from YAML (of which JSON is a part), as a file holds it or a person wrote it on the page. */
import { parse } from 'yaml';
import { parseProperty, type ParsedProperty } from '@sandtable/shared/search/property';

export function readProperty(text: string): ParsedProperty {
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' });
  } catch (error) {
    // Whatever a parser throws at what somebody wrote is a complaint about it, also that it is nested too deeply.
    return { ok: false, problems: [(error as Error).message.split('\n', 1)[0]!.replace(/:$/, '.')] };
  }
  return parseProperty(value);
}
