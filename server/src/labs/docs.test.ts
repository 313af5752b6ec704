/** The example in docs/labs.md is what authors copy from: it has to be taken, and to have every field. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseManifest } from '@sandtable/shared/labs/manifest';
import { readYaml } from './yamlPlaces.ts';

const page = readFileSync(new URL('../../../docs/labs.md', import.meta.url), 'utf8');

it('the manifest in docs/labs.md is one', () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const yaml = readYaml('docs/labs.md', new TextEncoder().encode(example));
  if (!yaml.ok) throw new Error(JSON.stringify(yaml.problems));
  const parsed = parseManifest(yaml.value);
  expect(parsed.ok ? [] : parsed.problems.map(yaml.problem)).toEqual([]);
  if (!parsed.ok) return;
  // Defaults are filled in, so what parsing added and the page does not name was forgotten there.
  const named = new Set(example.match(/[a-zA-Z]+(?=:)/g));
  const missing = new Set<string>();
  const walk = (value: unknown, skip: boolean): void => {
    if (Array.isArray(value)) value.forEach((each) => walk(each, false));
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) {
        if (!skip && /^[a-zA-Z]+$/.test(key) && !named.has(key)) missing.add(key);
        walk(each, ['property', 'answer', 'sees'].includes(key));
      }
  };
  walk(
    {
      ...parsed.manifest,
      checks: parsed.manifest.checks.map((check) => ({ ...check, property: undefined })),
    },
    false,
  );
  expect([...missing]).toEqual([]);
});
