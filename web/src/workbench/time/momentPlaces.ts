/** Where the moment of the run that the page stands at is in its sources: the line that called, and the line that decided. */
import type { RunPoint } from '@sandtable/shared/travelMessages';
import { useMemo } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';
import { useTravelState } from '../../session/useTravel.ts';
import type { Session } from '../../session/session.ts';
import { callerOf, type ProgramPlace } from '../guestPlaces.ts';
import { policyPlace } from '../trace/goTo.ts';
import { bringFile, view } from '../view.ts';

export interface MomentPlaces {
  /** Null in the present, and where the row does not say its line. */
  readonly caller: ProgramPlace | null;
  /** Line of policy.ts; null where it was not decided there. */
  readonly policy: number | null;
}

const NOWHERE: MomentPlaces = { caller: null, policy: null };

export function momentPlaces(session: Session, point: RunPoint | null): MomentPlaces {
  const row = point?.row ?? null;
  if (row === null) return NOWHERE;
  return {
    caller: callerOf(row, (path) => session.state.files[path] !== undefined),
    policy: policyPlace(session, row)?.line ?? null,
  };
}

export function useMomentPlaces(): MomentPlaces {
  const session = useSession();
  const point = useTravelState((state) => state.point);
  const files = useWork((state) => state.files);
  // The names of the files matter, and they change seldom.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => momentPlaces(session, point), [session, point, Object.keys(files).join('\n')]);
}

/** The editor shows the line that called; whoever looks at the policy sees the line that decided, and stays there. */
export function followCaller({ caller }: MomentPlaces): void {
  const { activeFile } = view.getState();
  if (caller !== null && activeFile !== 'policy.ts' && activeFile !== caller.path) bringFile(caller.path);
}
