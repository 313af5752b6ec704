/** A property as the fields of the form say it, written as YAML: what the search is asked, and what `sandtable attack` takes. */

export const TEMPLATES = {
  outside: 'Nothing outside of these places is ever written',
  inside: 'Nothing in these places is ever written',
  unchanged: 'These places are never changed, removed or replaced',
  unread: 'Nothing of these places is ever read',
  flow: 'No bytes of these places ever get out',
  yaml: 'In words of your own, as YAML',
} as const;

export type Template = keyof typeof TEMPLATES;

export interface PropertyForm {
  readonly template: Template;
  /** One a line, or between commas. */
  readonly places: string;
  /** Of template `flow`: where bytes must not come. */
  readonly terminal: boolean;
  readonly socket: boolean;
  /** Files that they must not come into, one a line or between commas. */
  readonly sinks: string;
  readonly yaml: string;
}

export const FIRST_FORM: PropertyForm = {
  template: 'outside',
  places: '/tmp',
  terminal: true,
  socket: true,
  sinks: '',
  yaml: '',
};

function listed(text: string): readonly string[] {
  return text
    .split(/[\n,]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** What keeps the form from being a property, or null. The server looks closer. */
export function complaint(form: PropertyForm): string | null {
  if (form.template === 'yaml') return form.yaml.trim() === '' ? 'Write a property first.' : null;
  const places = listed(form.places);
  if (places.length === 0) return 'Name at least one place, such as /tmp/secret.txt.';
  const wrong = [...places, ...(form.template === 'flow' ? listed(form.sinks) : [])].find(
    (place) => !place.startsWith('/'),
  );
  if (wrong !== undefined) return `“${wrong}” is no place: places are named from the root, with a slash.`;
  if (form.template === 'flow' && sinksOf(form).length === 0) return 'Say where the bytes must not come.';
  return null;
}

/** A JSON string is one of YAML, whatever stands in it. */
const quoted = (text: string): string => (/^[\w/.-]+$/.test(text) ? text : JSON.stringify(text));

const list = (all: readonly string[]): string => `[${all.map(quoted).join(', ')}]`;

function sinksOf({ terminal, socket, sinks }: PropertyForm): readonly string[] {
  return [...(terminal ? ['terminal'] : []), ...(socket ? ['socket'] : []), ...listed(sinks)];
}

export function propertyText(form: PropertyForm): string {
  const places = list(listed(form.places));
  switch (form.template) {
    case 'outside':
    case 'inside':
      return `never:\n  access: write\n  ${form.template}: ${places}\n`;
    case 'unchanged':
    case 'unread':
      return `${form.template}: ${places}\n`;
    case 'flow':
      return `flow:\n  from: ${places}\n  to: ${list(sinksOf(form))}\n`;
    case 'yaml':
      return form.yaml;
  }
}
