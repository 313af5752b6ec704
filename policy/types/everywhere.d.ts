/** Clocks and timers, which Node and every browser have; TypeScript declares them only together with all else of either. */
declare const performance: { now(): number };
declare function setTimeout(
  action: (...args: never[]) => void,
  ms: number,
): { readonly timer: unique symbol };
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void;
