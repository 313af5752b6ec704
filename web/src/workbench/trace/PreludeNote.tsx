/** Where the guest was forked from an interpreter that had started: what was done there, which no row tells of. */
import { useStore } from 'zustand';
import { useCommands } from '../../app/commandContext.ts';
import { preferences } from '../../app/preferences.ts';
import { useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/numbers.ts';

export function PreludeNote() {
  const prelude = useWork((state) => state.run?.start?.prelude ?? null);
  const shown = useStore(preferences, (state) => state.showBoot);
  const { run } = useCommands();
  if (prelude === null || !shown) return null;
  return (
    <details className="trace-prelude">
      <summary>
        {plural(prelude.calls, 'call')} before the first row: this guest was forked from an interpreter that
        had started already
      </summary>
      <p>Modules that were there: {prelude.modules.join(', ')}.</p>
      <Button onClick={() => run('run.cold')}>Run from a cold start, to see each call</Button>
    </details>
  );
}
