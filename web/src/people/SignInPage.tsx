import { useStore } from 'zustand';
import { linkTo, route } from '../app/route.ts';
import { ProviderLink, SignInForm } from './accountForms.tsx';
import { entry } from './entry.ts';
import './people.css';

/** Why somebody came back from another site without being signed in. */
const PROBLEMS: Readonly<Record<string, string>> = {
  unreachable:
    'The other site does not answer at this moment. Try again, or sign in with a name and a password.',
  late: 'Signing in took too long, or was begun in another window. Begin again.',
  declined: 'The other site did not let you sign in. Nothing was changed.',
  failed:
    'The other site gave an answer that does not hold. Begin again; if it happens again, tell whoever runs this server.',
  gone: 'The link that you came with is not good any more: it was used, or has ended. Ask whoever gave it to you.',
  unknown:
    'That account is not known here. Open the invitation or the join link of your course first, and sign in from there.',
  disabled: 'You cannot sign in here any more. Ask whoever runs this server.',
};

export function SignInPage() {
  const problem = useStore(route, (now) => now.query['problem']);
  const info = useStore(entry, (now) => now.info);
  if (info?.accounts === false) return <NoAccounts />;
  return (
    <main className="start door">
      <h1>Sign in to Sandtable</h1>
      {problem === undefined ? null : (
        <p className="form-complaint" role="alert">
          {PROBLEMS[problem] ?? PROBLEMS['failed']}
        </p>
      )}
      <ProviderLink />
      <SignInForm />
      <p className="dim">
        No account yet? Your course has a join link or a code: <a href={linkTo('join')}>join with a code</a>.
        Forgotten the password? Whoever runs this server can give you a link for a new one.
      </p>
    </main>
  );
}

/** What pages about people say on a server of one person. */
export function NoAccounts() {
  return (
    <main className="start door">
      <h1>Nobody signs in here</h1>
      <p>
        This server has no accounts: everything on it belongs to whoever opens it.{' '}
        <code>SANDTABLE_AUTH=accounts npm start</code> starts one that has.
      </p>
      <p>
        <a href={linkTo('start')}>To the start page</a>
      </p>
    </main>
  );
}
