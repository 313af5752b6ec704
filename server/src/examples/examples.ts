/**
 * The built-in examples: folders of `server/examples`, each with `example.json` (title, one sentence, place in the list) and the
 * files of the bench. `"policy": "standard"` takes the built-in policy of that name as `policy.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BUILT_IN_POLICIES, builtInSource } from '../sandbox/policy/loadPolicy.ts';
import type { NewFile } from '../store/benchStore.ts';
import { encodingOf } from '../store/fileContent.ts';

const FOLDER = fileURLToPath(new URL('../../examples', import.meta.url));
const DESCRIPTION = 'example.json';

const description = z.object({
  order: z.number().int(),
  title: z.string().min(1),
  summary: z.string().min(1),
  policy: z.enum(BUILT_IN_POLICIES).optional(),
});

export interface Example {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly files: readonly NewFile[];
}

/** All examples, in their order. Throws where one is not complete: they are part of the program. */
export function loadExamples(): readonly Example[] {
  return readdirSync(FOLDER)
    .map((id) => ({
      id,
      ...description.parse(JSON.parse(readFileSync(join(FOLDER, id, DESCRIPTION), 'utf8'))),
    }))
    .sort((a, b) => a.order - b.order)
    .map(({ id, title, summary, policy }) => ({
      id,
      title,
      summary,
      files: filesOf(join(FOLDER, id), policy),
    }));
}

function filesOf(folder: string, policy: (typeof BUILT_IN_POLICIES)[number] | undefined): readonly NewFile[] {
  const files: NewFile[] = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== DESCRIPTION)
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = readFileSync(path);
      return { path: relative(folder, path), encoding: encodingOf(content), content };
    });
  if (policy !== undefined)
    files.push({ path: 'policy.ts', encoding: 'utf8', content: Buffer.from(builtInSource(policy)) });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
