import { useEffect, useState } from 'react';

/** Half a minute is often enough for dates. */
const CLOCK_MS = 30_000;

/** The time in milliseconds, as it goes on. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
