/** Keys through time: with Shift backwards, one back to the present. */
export const LIVE_KEYS = 'alt+0';

export const STEP_KEYS = {
  call: { next: 'F7', previous: 'shift+F7' },
  denied: { next: 'F8', previous: 'shift+F8' },
  write: { next: 'F9', previous: 'shift+F9' },
  network: { next: 'F10', previous: 'shift+F10' },
} as const;
