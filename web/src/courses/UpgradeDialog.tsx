import type { CourseAssignment } from '@sandtable/shared/courseReplies';
import { useState } from 'react';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Answer } from './Answer.tsx';
import { plural } from './CourseList.tsx';

interface UpgradeDialogProps {
  readonly assignment: CourseAssignment;
  readonly onClose: (changed: boolean) => void;
}

/** What the new version of the lab has other than the pinned one; then, if one wants it, the change. */
export function UpgradeDialog({ assignment, onClose }: UpgradeDialogProps) {
  const session = useSession();
  const request = useRequest('assignment.compare', { assignment: assignment.id });
  const [refusal, setRefusal] = useState<string | null>(null);
  const upgrade = async (version: string) => {
    const done = await session.request('assignment.upgrade', { assignment: assignment.id, version });
    if (done.ok) onClose(true);
    else setRefusal(done.error.message);
  };
  return (
    <Dialog open onClose={() => onClose(false)} title={`A new version of “${assignment.labTitle}”`}>
      <Answer request={request}>
        {(comparison) =>
          comparison === null ? (
            <p>The assignment has the version that the catalogue has.</p>
          ) : (
            <>
              {comparison.differences.length === 0 ? (
                <p>Nothing that students or their grades notice.</p>
              ) : (
                <ul className="course-differences">
                  {comparison.differences.map(({ text }) => (
                    <li key={text}>{text}</li>
                  ))}
                </ul>
              )}
              <p className="dim">
                {plural(comparison.works, 'work')} would be checked by the new version from then on. Attempts
                that were judged keep their points.
              </p>
              <p className="asking-complaint" role="alert">
                {refusal ?? ''}
              </p>
              <div className="dialog-actions">
                <Button kind="plain" onClick={() => onClose(false)}>
                  Keep the old version
                </Button>
                <Button kind="main" onClick={() => void upgrade(comparison.to)}>
                  Use the new version
                </Button>
              </div>
            </>
          )
        }
      </Answer>
    </Dialog>
  );
}
