import type { VerdictKind } from '@sandtable/shared/verdicts';
import { Check, PencilLine, VenetianMask, X } from 'lucide-react';
import { memo } from 'react';

const ICONS = { allow: Check, deny: X, modify: PencilLine, fake: VenetianMask } as const;

/** A verdict is never colour alone: icon and word. */
export const Verdict = memo(function Verdict({
  kind,
  word = kind,
}: {
  readonly kind: VerdictKind;
  readonly word?: string;
}) {
  const Icon = ICONS[kind];
  return (
    <span className="verdict" data-verdict={kind}>
      <Icon className="icon icon-s" aria-hidden />
      {word}
    </span>
  );
});
