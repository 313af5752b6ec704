/** Tells pages that show works of an assignment that its dates or a grade are others now. */
import type { Services } from './requestHandlers.ts';

/** @param person whose work; everybody's where nobody is named */
export async function tellWorks(
  { store, pages }: Pick<Services, 'store' | 'pages'>,
  assignment: string,
  person?: string,
): Promise<void> {
  const row = await store.assignments.get(assignment);
  if (row === null) return;
  for (const { bench, assignment: of } of await store.progress.works(row.course, person))
    if (of === assignment) pages.tell(bench, 'lab.changed', { bench });
}
