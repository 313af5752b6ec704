/** What ends with a bench that is removed: whatever is under way on it, and that anybody looks at it. */
import type { Services } from './requestHandlers.ts';

/** @param attempts of the bench, whose evidence goes @param runs of the bench, whose logs go */
export async function endBench(
  { pages, searches, author, labs, sessions }: Services,
  bench: string,
  attempts: readonly string[],
  runs: readonly string[],
): Promise<void> {
  pages.tell(bench, 'bench.removed', { bench });
  pages.removed(bench);
  searches.benchGone(bench);
  author.cancel(bench);
  await labs.checks.benchGone(bench, attempts);
  await sessions.benchRemoved(bench, runs);
}
