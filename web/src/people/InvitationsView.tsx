/** Inviting, and invitations that nobody has used yet. */
import { ROLES, type PersonRole } from '@sandtable/shared/httpMessages';
import type { PendingInvitation } from '@sandtable/shared/peopleMessages';
import { useCallback, useEffect, useState } from 'react';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Field, Form } from './Form.tsx';
import { NewLink, type ShownLink } from './NewLink.tsx';
import { When } from './When.tsx';

export function InvitationsView() {
  const session = useSession();
  const [list, setList] = useState<readonly PendingInvitation[] | null>(null);
  const [link, setLink] = useState<ShownLink | null>(null);
  const load = useCallback(async () => {
    const answer = await session.ask('The invitations could not be shown', 'people.invitations', {});
    if (answer !== null) setList(answer);
  }, [session]);
  useEffect(() => void load(), [load]);
  const revoke = async (id: string) => {
    await session.ask('The invitation still works', 'people.revoke', { invitation: id });
    await load();
  };
  return (
    <>
      <section aria-labelledby="invite">
        <h2 id="invite">Invite somebody</h2>
        <Form
          action="Make the link"
          label="Invitation"
          send={async ({ role = 'student', name = '', email = '' }) => {
            const answer = await session.request('people.invite', {
              role: role as PersonRole,
              ...(name.trim() === '' ? {} : { name }),
              ...(email.trim() === '' ? {} : { email: email.trim() }),
            });
            if (!answer.ok) {
              const field = answer.error.message.startsWith('email') ? { field: 'email' } : {};
              return { ok: false, code: answer.error.code, message: answer.error.message, ...field };
            }
            setLink({
              ...answer.value,
              title: `An invitation${name === '' ? '' : ` for ${name}`}, as ${role}`,
            });
            await load();
            return null;
          }}
        >
          {(refusal) => (
            <>
              <div className="form-field">
                <label>
                  <span>Role on this server</span>
                  <select className="field" name="role" defaultValue="student">
                    {ROLES.map((role) => (
                      <option key={role}>{role}</option>
                    ))}
                  </select>
                </label>
                <p className="dim form-note">
                  Instructors make courses and labs. Roles in a course are given there.
                </p>
              </div>
              <Field
                label="Name (may be left out)"
                name="name"
                required={false}
                autoComplete="off"
                maxLength={120}
                refusal={refusal}
              />
              <Field
                label="E-mail (may be left out)"
                name="email"
                type="email"
                required={false}
                autoComplete="off"
                hint="Nothing is sent. Who signs in by another site with this address needs no link."
                refusal={refusal}
              />
            </>
          )}
        </Form>
      </section>
      <NewLink link={link} onClose={() => setLink(null)} />
      <section aria-labelledby="invited">
        <h2 id="invited">Not used yet</h2>
        {list === null ? (
          <p className="dim">Asking the server …</p>
        ) : list.length === 0 ? (
          <p className="dim">None. Links that were used, or have ended, are not listed; the log has them.</p>
        ) : (
          <ul className="start-list">
            {list.map((each) => (
              <li key={each.id}>
                <span className="people-grow">{wordsFor(each)}</span>
                <span className="dim">
                  until <When at={each.expiresAt} />
                </span>
                <Button
                  small
                  aria-label={`Take back: ${wordsFor(each)}`}
                  onClick={() => void revoke(each.id)}
                >
                  Take back
                </Button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function wordsFor({ name, email, role, course, password }: PendingInvitation): string {
  const whom = name ?? email ?? 'Somebody';
  if (password) return `${whom}: a new password`;
  const where = course === null ? '' : ` in ${course}`;
  return `${whom}${email !== null && name !== null ? ` (${email})` : ''}: ${role}${where}`;
}
