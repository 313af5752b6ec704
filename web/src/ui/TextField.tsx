import type { ComponentPropsWithoutRef } from 'react';

interface TextFieldProps extends Omit<ComponentPropsWithoutRef<'input'>, 'onChange'> {
  readonly label: string;
  readonly onType: (value: string) => void;
}

/** A line of text, or a moment (`type="datetime-local"`), with its name before it. */
export function TextField({ label, onType, ...input }: TextFieldProps) {
  return (
    <label>
      {label}
      <input className="field" {...input} onChange={(event) => onType(event.target.value)} />
    </label>
  );
}
