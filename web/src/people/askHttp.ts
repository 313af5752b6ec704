/** Asks the server over HTTP; whatever goes wrong is a refusal in words. */
import {
  ASKED_BY_PAGE,
  httpRefusal,
  httpValues,
  type HttpBody,
  type HttpName,
  type HttpRefusal,
  type HttpValues,
} from '@sandtable/shared/httpMessages';

export type HttpAnswer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: HttpRefusal };

export async function ask<N extends HttpName>(
  name: N,
  body: HttpBody<N>,
): Promise<HttpAnswer<HttpValues[N]>> {
  let text: unknown;
  let status: boolean;
  try {
    const response = await fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [ASKED_BY_PAGE]: '1' },
      body: JSON.stringify(body),
    });
    status = response.ok;
    text = await response.json();
  } catch {
    return refused(
      'offline',
      'There is no connection to the server. Nothing was changed; try again in a moment.',
    );
  }
  if (status) {
    const value = httpValues[name].safeParse(text);
    if (value.success) return { ok: true, value: value.data };
  }
  const refusal = httpRefusal.safeParse(text);
  if (refusal.success) return { ok: false, refusal: refusal.data };
  return refused(
    'nonsense',
    'The server gave an answer that this page does not understand. Reload the page.',
  );
}

function refused(code: string, message: string): { readonly ok: false; readonly refusal: HttpRefusal } {
  return { ok: false, refusal: { ok: false, code, message } };
}
