/** A form that is sent over HTTP: fields with their complaints, one button, and what the server says against it. */
import type { HttpRefusal } from '@sandtable/shared/httpMessages';
import { useId, useRef, useState, type ComponentPropsWithRef, type ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';

interface FieldProps extends ComponentPropsWithRef<'input'> {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly refusal: HttpRefusal | null;
}

export function Field({ label, hint, refusal, name, ...rest }: FieldProps) {
  const about = useId();
  const complaint = refusal?.field === name ? refusal.message : null;
  return (
    <div className="form-field">
      <label>
        <span>{label}</span>
        <input
          className="field"
          name={name}
          required
          spellCheck={false}
          autoCapitalize="none"
          aria-invalid={complaint !== null}
          aria-describedby={about}
          {...rest}
        />
      </label>
      <p id={about} className={complaint === null ? 'dim form-note' : 'form-complaint'}>
        {complaint ?? hint ?? ''}
      </p>
    </div>
  );
}

interface FormProps {
  readonly action: string;
  readonly label: string;
  /** @returns why not, or null. */
  readonly send: (values: Readonly<Record<string, string>>) => Promise<HttpRefusal | null>;
  readonly children: (refusal: HttpRefusal | null) => ReactNode;
}

export function Form({ action, label, send, children }: FormProps) {
  const [refusal, setRefusal] = useState<HttpRefusal | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (values: Readonly<Record<string, string>>) => {
    if (busy) return;
    setBusy(true);
    const why = await send(values);
    setBusy(false);
    setRefusal(why);
    if (why === null) form.current?.reset();
    else if (why.field !== undefined)
      form.current?.querySelector<HTMLInputElement>(`[name="${CSS.escape(why.field)}"]`)?.focus();
  };
  const named = refusal?.field !== undefined;
  return (
    <form
      ref={form}
      className="form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        const values = Object.fromEntries(
          [...new FormData(event.currentTarget)].map(([name, value]) => [
            name,
            typeof value === 'string' ? value : '',
          ]),
        );
        void submit(values);
      }}
    >
      {children(refusal)}
      <p className={named ? 'unseen' : 'form-complaint'} role="alert">
        {refusal?.message}
      </p>
      <div>
        <Button type="submit" kind="main" aria-disabled={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
