import { useRef } from 'react';

interface SplitterProps {
  readonly label: string;
  /** Part of the parent's height that what follows the splitter takes, 0 to 1. */
  readonly share: number;
  readonly onShare: (share: number) => void;
}

const SMALLEST = 0.12;
const LARGEST = 0.85;
const STEP = 0.05;

/** A bar that divides its parent's height; by pointer or by arrow keys. */
export function Splitter({ label, share, onShare }: SplitterProps) {
  const bar = useRef<HTMLDivElement>(null);
  const set = (next: number) => onShare(Math.max(SMALLEST, Math.min(LARGEST, next)));
  return (
    <div
      ref={bar}
      className="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuemin={SMALLEST * 100}
      aria-valuemax={LARGEST * 100}
      aria-valuenow={Math.round(share * 100)}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'ArrowUp') set(share + STEP);
        else if (event.key === 'ArrowDown') set(share - STEP);
        else return;
        event.preventDefault();
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const parent = bar.current?.parentElement;
        if (
          !event.currentTarget.hasPointerCapture(event.pointerId) ||
          parent === null ||
          parent === undefined
        )
          return;
        const box = parent.getBoundingClientRect();
        set((box.bottom - event.clientY) / box.height);
      }}
    />
  );
}
