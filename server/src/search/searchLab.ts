/** The lab in which a search happens: what a guest of it finds beside what the policy and the property put there. */
import { posix } from 'node:path';
import type { WorldSpec } from '@sandtable/shared/policy/model';
import type { Property } from '@sandtable/shared/search/property';
import { decodeText } from '@sandtable/shared/text';
import { ServiceNetwork, type StartFile } from '../sandbox/index.ts';
import { filesUnder, visibleFiles, type LabPart } from '../sessions/labPart.ts';

export interface SearchLab {
  /** Plain data: it crosses threads. */
  readonly part: LabPart;
  /**
   * Whether names that only the guest may find are tried, and so may stand in a script that is shown: in checks of the lab's author, not on the
   * page of a student. The lab's files are in the world all the same, and what leaks of them is seen.
   */
  readonly namesHidden: boolean;
}

/** For `loadPolicy`: the lab's policy stands below the student's, as in every run. */
export function underLab(lab: SearchLab | undefined): { readonly lab?: string } {
  return lab?.part.policy === undefined ? {} : { lab: lab.part.policy };
}

/** Services of the lab, fresh for each guest; none where the lab has none. */
export function networkOf(lab: SearchLab | undefined): { readonly network?: ServiceNetwork } {
  const services = lab?.part.services ?? [];
  return services.length === 0 ? {} : { network: new ServiceNetwork(services) };
}

/** What the world of a search holds beside what the policy puts there. */
export function startFiles(
  property: Property,
  script: { readonly path: string; readonly text: string },
  lab: SearchLab | undefined,
): readonly StartFile[] {
  const own = Object.entries({ [script.path]: script.text, ...property.files }).map(([path, text]) => ({
    path,
    data: Buffer.from(text),
  }));
  // Bytes of the lab serve many trials, and a guest may change those of its world.
  return filesUnder(own, lab?.part).map((file) => ({ ...file, data: file.data.slice() }));
}

/** Files that the world begins with: absolute path and text. `named`: only those whose names may be tried. */
export function initialFiles(
  world: WorldSpec,
  property: Property,
  lab: SearchLab | undefined,
  named = false,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { at, files: below } of world.mounts)
    for (const [path, text] of Object.entries(below ?? {})) files.set(posix.join(at, path), text);
  const ofLab = lab === undefined ? [] : named && !lab.namesHidden ? visibleFiles(lab.part) : lab.part.files;
  for (const { path, data } of ofLab) files.set(posix.normalize(path), decodeText(data));
  for (const [path, text] of Object.entries(property.files)) files.set(posix.normalize(path), text);
  return files;
}
