/** Variables of the environment and words for errors, for interpreters that ask each time (the classic sandbox). */
import { errnoName, strerror } from '@sandtable/shared/errno';
import { encodeText } from '@sandtable/shared/text';
import { int, ok, text, type Handler } from './handler.ts';

/** `NAME=value`, at its first `=`. */
function pair(setting: string): readonly [string, string] {
  const equals = setting.indexOf('=');
  return [setting.slice(0, equals), setting.slice(equals + 1)];
}

export const ENVIRONMENT_HANDLERS = {
  ll_os_getenv: (run, args, call) => {
    const wanted = text(args, 'name');
    const found = run.identity.environment.map(pair).find(([name]) => name === wanted);
    return found === undefined ? ok(null) : call.bytes(encodeText(found[1]));
  },
  ll_os_envitems: (run) => ok(run.identity.environment.map(pair)),
  ll_os_strerror: (_run, args, call) => {
    const number = int(args, 'number');
    const name = errnoName(number);
    return call.bytes(encodeText(name === undefined ? `Unknown error ${String(number)}` : strerror(name)));
  },
} as const satisfies { readonly [call: string]: Handler };
