/** How far one is with a lab, and the way to go on with it. */
import type { WorkProgress } from '@sandtable/shared/labMessages';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { goToBench } from '../app/route.ts';
import { useLabs } from '../session/useLabs.ts';
import { Button } from '../ui/Button.tsx';
import { plural } from '../ui/numbers.ts';
import { pointsText } from './labWords.ts';

/** A bar and words. */
export function Progress({ work, points }: { readonly work: WorkProgress | null; readonly points: number }) {
  if (work === null) return <span className="labs-progress dim">Not begun</span>;
  const done = work.passed === work.checks;
  return (
    <span className="labs-progress">
      <progress max={Math.max(1, work.checks)} value={work.passed} aria-hidden />
      <span>
        {done ? <Check className="icon icon-s labs-done" aria-hidden /> : null} {work.passed} of{' '}
        {plural(work.checks, 'check')}
        {work.points === null ? '' : `, ${pointsText(work.points)} of ${pointsText(points)} points`}
        {work.handedIn ? ', handed in' : ''}
      </span>
    </span>
  );
}

export function OpenButton({
  wanted,
  title,
  begun,
}: {
  readonly wanted: { readonly lab: string } | { readonly assignment: string };
  readonly title: string;
  readonly begun: boolean;
}) {
  const desk = useLabs();
  const [opening, setOpening] = useState(false);
  const open = async () => {
    setOpening(true);
    const bench = await desk.open(wanted);
    setOpening(false);
    if (bench !== null) goToBench(bench);
  };
  return (
    <Button
      kind={begun ? 'plain' : 'main'}
      disabled={opening}
      aria-label={`${begun ? 'Continue' : 'Begin'}: ${title}`}
      onClick={() => void open()}
    >
      {begun ? 'Continue' : 'Begin'}
    </Button>
  );
}
