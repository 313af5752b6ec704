import type { Me, SignInInfo } from '@sandtable/shared/peopleMessages';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { notify } from '../app/notices.ts';
import { linkTo } from '../app/route.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { NewPassword } from './accountForms.tsx';
import { AccountMenu } from './AccountMenu.tsx';
import { ask } from './askHttp.ts';
import { browserName } from './browserName.ts';
import { askWhoIsThere, entry, signOut } from './entry.ts';
import { Field, Form } from './Form.tsx';
import { NoAccounts } from './SignInPage.tsx';
import { takeExport } from './takeExport.ts';
import { When } from './When.tsx';
import './people.css';

/** What one can change about oneself. */
export default function AccountPage() {
  const accounts = useStore(entry, (now) => now.info?.accounts);
  return accounts === false ? <NoAccounts /> : <Account />;
}

function Account() {
  const session = useSession();
  const [me, setMe] = useState<Me | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    void session.request('me.get', {}).then((answer) => {
      if (!here) return;
      if (answer.ok) setMe(answer.value);
      else setProblem(answer.error.message);
    });
    return () => {
      here = false;
    };
  }, [session]);
  return (
    <main className="start">
      <header className="people-head">
        <h1>My account</h1>
        <a href={linkTo('start')}>To the start page</a>
        <AccountMenu />
      </header>
      {problem === null ? null : <p role="alert">{problem}</p>}
      {me === null ? (
        problem === null && (
          <p className="dim" role="status">
            Asking the server …
          </p>
        )
      ) : (
        <>
          <Name me={me} onChange={setMe} />
          <Password me={me} />
          <SignIns />
          <Kept />
        </>
      )}
    </main>
  );
}

function Name({ me, onChange }: { readonly me: Me; readonly onChange: (me: Me) => void }) {
  const session = useSession();
  return (
    <section aria-labelledby="account-name">
      <h2 id="account-name">Name</h2>
      <p className="dim">
        {me.role}
        {me.email === null ? '' : `, ${me.email}`}
        {me.signInName === null ? '' : `. You sign in as “${me.signInName}”.`}
      </p>
      <Form
        key={me.name}
        action="Change the name"
        label="Name"
        send={async ({ name = '' }) => {
          const answer = await session.request('me.rename', { name });
          if (!answer.ok) return { ok: false, code: answer.error.code, message: answer.error.message };
          onChange(answer.value);
          void askWhoIsThere();
          notify({ level: 'info', title: 'Your name was changed' });
          return null;
        }}
      >
        {(refusal) => (
          <Field
            label="As others see it"
            name="name"
            autoComplete="name"
            autoCapitalize="words"
            defaultValue={me.name}
            refusal={refusal}
          />
        )}
      </Form>
    </section>
  );
}

function Password({ me }: { readonly me: Me }) {
  if (me.signInName === null)
    return (
      <section aria-labelledby="account-password">
        <h2 id="account-password">Password</h2>
        <p className="dim">You have none here: another site vouches for you.</p>
      </section>
    );
  return (
    <section aria-labelledby="account-password">
      <h2 id="account-password">Password</h2>
      <Form
        action="Change the password"
        label="Password"
        send={async (values) => {
          const answer = await ask('password', { old: values['old'] ?? '', new: values['new'] ?? '' });
          if (!answer.ok) return answer.refusal;
          notify({
            level: 'info',
            title: 'Your password was changed',
            text: 'Every other sign-in of yours has ended.',
          });
          return null;
        }}
      >
        {(refusal) => (
          <>
            <Field
              label="Old password"
              name="old"
              type="password"
              autoComplete="current-password"
              refusal={refusal}
            />
            <NewPassword refusal={refusal} name="new" />
          </>
        )}
      </Form>
    </section>
  );
}

function Kept() {
  return (
    <section aria-labelledby="account-kept">
      <h2 id="account-kept">What is kept of you</h2>
      <p className="dim">
        Your benches with their files and history, what was recorded of your runs and checks, grades and
        comments, what the log says of you; no passwords. To be forgotten, ask an administrator.
      </p>
      <p className="people-actions">
        <Button kind="plain" onClick={() => void takeExport('me', 'you')}>
          My data as a zip
        </Button>
      </p>
    </section>
  );
}

function SignIns() {
  const session = useSession();
  const [list, setList] = useState<readonly SignInInfo[] | null>(null);
  const load = useCallback(async () => {
    const answer = await session.ask('Your sign-ins could not be shown', 'me.sign-ins', {});
    if (answer !== null) setList(answer);
  }, [session]);
  useEffect(() => void load(), [load]);
  const end = async (id: string) => {
    const answer = await session.request('me.end-sign-in', { signIn: id });
    if (answer.ok) notify({ level: 'info', title: 'Signed out there' });
    else notify({ level: 'error', title: 'That sign-in goes on', text: answer.error.message });
    return load();
  };
  const everywhere = async () => {
    const why = await signOut(true);
    if (why !== null) notify({ level: 'error', title: 'You are still signed in', text: why });
  };
  return (
    <section aria-labelledby="account-sign-ins">
      <h2 id="account-sign-ins">Where you are signed in</h2>
      {list === null ? (
        <p className="dim">Asking the server …</p>
      ) : (
        <ul className="start-list">
          {list.map(({ id, agent, seenAt, own }) => (
            <li key={id}>
              <span className="people-grow">
                {browserName(agent)}
                {own ? ' (this browser)' : ''}
              </span>
              <span className="dim">
                used <When at={seenAt} />
              </span>
              {own ? null : (
                <Button small aria-label={`Sign out: ${browserName(agent)}`} onClick={() => void end(id)}>
                  Sign out there
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="people-actions">
        <Button kind="plain" onClick={() => void signOut(false)}>
          Sign out
        </Button>
        <Button kind="plain" onClick={() => void everywhere()}>
          Sign out everywhere
        </Button>
      </p>
    </section>
  );
}
