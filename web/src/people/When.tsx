/** A moment as a person reads it. */
export function When({ at }: { readonly at: string }) {
  return (
    <time dateTime={at}>{new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}</time>
  );
}
