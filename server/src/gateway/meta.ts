/** What the page needs once. */
import { readFileSync } from 'node:fs';
import { policyTypes } from '@sandtable/shared/policy/apiTypes';
import type { Meta } from '@sandtable/shared/protocol';
import type { Example } from '../examples/examples.ts';
import { interpreterState } from '../sandbox/index.ts';
import { BUILT_IN_POLICIES, builtInSource } from '../sandbox/policy/loadPolicy.ts';

export async function metaOf(examples: readonly Example[]): Promise<Meta> {
  const engine = await interpreterState();
  return {
    version: VERSION,
    engine: engine.ok
      ? { name: engine.name, ready: true, problems: [] }
      : { name: 'PyPy', ready: false, problems: engine.problems },
    policyTypes: policyTypes(),
    examples: examples.map(({ id, title, summary }) => ({ id, title, summary })),
    policies: BUILT_IN_POLICIES.map((name) => {
      const source = builtInSource(name);
      return { name, summary: firstSentence(source), source };
    }),
  };
}

const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** The first sentence of the comment that a policy begins with. */
function firstSentence(source: string): string {
  const comment = /^\/\*\*([^]*?)\*\//.exec(source)?.[1] ?? '';
  const text = comment
    .replaceAll(/\n\s*\*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
