/** The pages that the links of courses and of invitations lead to. */
import type { HttpBody, HttpRefusal, HttpValues } from '@sandtable/shared/httpMessages';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { goHome, goTo, linkTo, route } from '../app/route.ts';
import { Button } from '../ui/Button.tsx';
import { NewAccountForm, PasswordByLinkForm, ProviderLink, SignInForm } from './accountForms.tsx';
import { ask, type HttpAnswer } from './askHttp.ts';
import { entry, know } from './entry.ts';
import { Field, Form } from './Form.tsx';
import { NoAccounts } from './SignInPage.tsx';
import './people.css';

export function JoinPage() {
  const code = useStore(route, (now) => now.rest[0] ?? null);
  const info = useStore(entry, (now) => now.info);
  if (info?.accounts === false) return <NoAccounts />;
  return (
    <main className="start door">{code === null ? <TypeCode /> : <JoinCourse key={code} code={code} />}</main>
  );
}

function TypeCode() {
  return (
    <>
      <h1>Join a course</h1>
      <Form
        action="Go on"
        label="Code of the course"
        send={async ({ code = '' }) => {
          const answer = await ask('join/look', { code });
          if (!answer.ok) return answer.refusal;
          goTo('join', code.trim());
          return null;
        }}
      >
        {(refusal) => (
          <Field
            label="Code"
            name="code"
            hint="As your course gave it to you; capitals, spaces and dashes do not matter."
            autoComplete="off"
            refusal={refusal}
          />
        )}
      </Form>
    </>
  );
}

function JoinCourse({ code }: { readonly code: string }) {
  const looked = useLook('join/look', code);
  const person = useStore(entry, (now) => now.info?.person ?? null);
  if (looked === null) return <Asking />;
  if (!looked.ok) return <NotGood refusal={looked.refusal} />;
  const { course } = looked.value;
  return (
    <>
      <h1>Join “{course}”</h1>
      {person === null ? (
        <NewOrKnown by="join" code={code} name={null} />
      ) : (
        <AsOneself by="join" code={code} action={`Join as ${person.name}`} />
      )}
    </>
  );
}

export function InvitationPage() {
  const code = useStore(route, (now) => now.rest[0] ?? '');
  const info = useStore(entry, (now) => now.info);
  if (info?.accounts === false) return <NoAccounts />;
  return (
    <main className="start door">
      <Invitation key={code} code={code} />
    </main>
  );
}

function Invitation({ code }: { readonly code: string }) {
  const looked = useLook('invitation/look', code);
  const person = useStore(entry, (now) => now.info?.person ?? null);
  if (looked === null) return <Asking />;
  if (!looked.ok) return <NotGood refusal={looked.refusal} />;
  const { kind, role, course, name, signInName } = looked.value;
  if (kind === 'password')
    return (
      <>
        <h1>A new password for {name}</h1>
        <p className="dim">The old one ends, and so does every sign-in with it.</p>
        <PasswordByLinkForm code={code} signInName={signInName} />
      </>
    );
  return (
    <>
      <h1>{name === null ? 'You are invited' : `${name}, you are invited`}</h1>
      <p>
        {course === null ? 'To this Sandtable' : `To the course “${course}”`}, as {role}. The link works once.
      </p>
      {person === null ? (
        <NewOrKnown by="invitation" code={code} name={name} />
      ) : (
        <AsOneself by="invitation" code={code} action={`Accept as ${person.name}`} />
      )}
    </>
  );
}

interface ByCode {
  readonly by: 'join' | 'invitation';
  readonly code: string;
}

function NewOrKnown({ by, code, name }: ByCode & { readonly name: string | null }) {
  const [known, setKnown] = useState(false);
  return (
    <>
      <ProviderLink query={`?${by}=${encodeURIComponent(code)}`} />
      {known ? <SignInForm /> : <NewAccountForm by={by} code={code} name={name} />}
      <p>
        <button type="button" className="link" onClick={() => setKnown(!known)}>
          {known ? 'I have no account yet' : 'I have an account already'}
        </button>
      </p>
    </>
  );
}

function AsOneself({ by, code, action }: ByCode & { readonly action: string }) {
  const [problem, setProblem] = useState('');
  const accept = async () => {
    const answer = await ask(by, { code });
    if (!answer.ok) return setProblem(answer.refusal.message);
    know(answer.value.session);
    goHome();
  };
  return (
    <>
      <p className="form-complaint" role="alert">
        {problem}
      </p>
      <p>
        <Button kind="main" onClick={() => void accept()}>
          {action}
        </Button>
      </p>
    </>
  );
}

/** What the code is for; null while that is asked. */
function useLook<N extends 'join/look' | 'invitation/look'>(
  name: N,
  code: string,
): HttpAnswer<HttpValues[N]> | null {
  const [answer, setAnswer] = useState<HttpAnswer<HttpValues[N]> | null>(null);
  useEffect(() => {
    let here = true;
    void ask(name, { code } as HttpBody<N>).then((heard) => {
      if (here) setAnswer(heard);
    });
    return () => {
      here = false;
    };
  }, [name, code]);
  return answer;
}

function Asking() {
  return (
    <>
      <h1>Sandtable</h1>
      <p className="dim" role="status">
        Asking the server what this link is for …
      </p>
    </>
  );
}

function NotGood({ refusal }: { readonly refusal: HttpRefusal }) {
  return (
    <>
      <h1>This link leads nowhere</h1>
      <p role="alert">{refusal.message}</p>
      <p>
        <a href={linkTo('join')}>Type a code</a> · <a href={linkTo('start')}>To the start page</a>
      </p>
    </>
  );
}
