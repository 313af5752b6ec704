/** The forms by which somebody comes in. Each tells `know` who is there when it worked. */
import { MIN_PASSWORD_CHARS, type HttpRefusal } from '@sandtable/shared/httpMessages';
import { Field, Form } from './Form.tsx';
import { ask } from './askHttp.ts';
import { entry, know } from './entry.ts';

export function SignInForm() {
  return (
    <Form
      action="Sign in"
      label="Sign in"
      send={async ({ name = '', password = '' }) => {
        const answer = await ask('sign-in', { name, password });
        if (!answer.ok) return answer.refusal;
        know(answer.value.session);
        return null;
      }}
    >
      {(refusal) => (
        <>
          <Field label="Sign-in name" name="name" autoComplete="username" refusal={refusal} />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            refusal={refusal}
          />
        </>
      )}
    </Form>
  );
}

interface NewAccountProps {
  readonly by: 'join' | 'invitation';
  readonly code: string;
  /** Whom it is for, where that is known. */
  readonly name: string | null;
}

/** A new account, by the code of a course or of an invitation. */
export function NewAccountForm({ by, code, name }: NewAccountProps) {
  return (
    <Form
      action="Make the account"
      label="New account"
      send={(values) =>
        come(by, code, {
          name: values['name'] ?? '',
          signInName: values['signInName'] ?? '',
          password: values['password'] ?? '',
        })
      }
    >
      {(refusal) => (
        <>
          <Field
            label="Your name"
            name="name"
            hint="As your course knows you."
            autoComplete="name"
            autoCapitalize="words"
            defaultValue={name ?? ''}
            refusal={refusal}
          />
          <Field label="Sign-in name" name="signInName" autoComplete="username" refusal={refusal} />
          <NewPassword refusal={refusal} />
        </>
      )}
    </Form>
  );
}

/** A new password for somebody who is here already; `signInName` is null where they have had none. */
export function PasswordByLinkForm({
  code,
  signInName,
}: {
  readonly code: string;
  readonly signInName: string | null;
}) {
  return (
    <Form
      action="Set the password and sign in"
      label="New password"
      send={(values) =>
        come('invitation', code, {
          name: 'unchanged',
          signInName: signInName ?? values['signInName'] ?? '',
          password: values['password'] ?? '',
        })
      }
    >
      {(refusal) => (
        <>
          <Field
            label="Sign-in name"
            name="signInName"
            autoComplete="username"
            defaultValue={signInName ?? ''}
            readOnly={signInName !== null}
            refusal={refusal}
          />
          <NewPassword refusal={refusal} />
        </>
      )}
    </Form>
  );
}

async function come(
  by: 'join' | 'invitation',
  code: string,
  account: { readonly name: string; readonly signInName: string; readonly password: string },
): Promise<HttpRefusal | null> {
  const answer = await ask(by, { code, account });
  if (!answer.ok) return answer.refusal;
  location.hash = '#/';
  know(answer.value.session);
  return null;
}

export function NewPassword({ refusal, name = 'password' }: { refusal: HttpRefusal | null; name?: string }) {
  return (
    <Field
      label="New password"
      name={name}
      type="password"
      autoComplete="new-password"
      minLength={MIN_PASSWORD_CHARS}
      hint={`At least ${MIN_PASSWORD_CHARS} characters. A few words are easy to remember.`}
      refusal={refusal}
    />
  );
}

/** The way to another site that vouches for people, where there is one. */
export function ProviderLink({ query = '' }: { readonly query?: string }) {
  const provider = entry.getState().info?.provider ?? null;
  if (provider === null) return null;
  return (
    <p>
      <a className="button button-plain" href={`/api/oidc/start${query}`}>
        Sign in with {provider}
      </a>
    </p>
  );
}
