/* global TABLE, ERRNOS, GROUPS, MAX_SLEEP_SECONDS, MAX_TIMERS, MAX_TESTS */
/**
 * The module `sandtable` as it runs inside QuickJS, beside the student's policy. Not part of the server's own code: it is read
 * as text (`sandtableSource.ts` puts the tables in front) and evaluated in the policy's realm.
 *
 * It is a convenience, not a wall: whatever a policy does to it, the host reads nothing but JSON text and checks all of it. It is
 * written so that a policy's own mistakes come out as errors with a line, and it closes the built-ins against changes, so that a stray
 * assignment to `Object.prototype` is an error where it stands and not a riddle elsewhere.
 *
 * Speech with the host: every entry takes one text (JSON, or a number) and returns a JSON list of effects, `''` for none.
 *   [1, id] / [1, id, args]       next(), as asked or with other arguments
 *   [2, id]                       the function answered with next()'s own answer
 *   [3, id, denial, why, place]   it denied
 *   [4, id, outcome, place]       it answered
 *   [5, id, message, place]       it answered nonsense
 *   [6, id, message, place]       it threw
 *   [7, id]                       as 2, before the answer is there: nobody waits for it
 *   [8, timer, seconds]           sleep()
 *   [9, level, text]              console
 * A place is `line:column` of the transpiled policy.
 */
'use strict';

const { parse, stringify } = JSON;
const { freeze } = Object;
const errnoNames = new Set(ERRNOS);

// ---- where in policy.ts ------------------------------------------------------------------------------------------

const PLACE = /policy\.ts:(\d+:\d+)/;

function here() {
  const found = PLACE.exec(new Error().stack ?? '');
  return found === null ? undefined : found[1];
}

function placeOfError(error) {
  const found =
    typeof error === 'object' && error !== null && typeof error.stack === 'string'
      ? PLACE.exec(error.stack)
      : null;
  return found === null ? null : found[1];
}

function placeOfFunction(fn) {
  return fn.fileName === 'policy.ts' ? `${fn.lineNumber}:${fn.columnNumber}` : undefined;
}

// ---- rules -------------------------------------------------------------------------------------------------------

const RULE = Symbol('rule');
const DENIED = Symbol('denied');
const POLICY = Symbol('policy');

function show(value) {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 39)}…` : value}'`;
  if (Array.isArray(value))
    return value.length > 3
      ? `[${value.slice(0, 3).map(show).join(', ')}, …]`
      : `[${value.map(show).join(', ')}]`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return '{…}';
  return String(value);
}

function fail(message) {
  throw new TypeError(message);
}

const SELECTORS = new Set(['*', 'read', 'write', ...GROUPS, ...Object.keys(TABLE)]);

function selectors(value, who) {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) fail(`${who}: an empty list selects nothing; write '*' for every call`);
  for (const each of list) {
    if (!SELECTORS.has(each)) {
      fail(
        `${who}: ${show(each)} is no call and no group; write the name of a call, a group (${GROUPS.join(', ')}), 'read', 'write' or '*'`,
      );
    }
  }
  return list;
}

function globs(value, who) {
  const list = Array.isArray(value) ? value : [value];
  for (const each of list)
    if (typeof each !== 'string') fail(`${who}: a path is a text such as '/tmp/**', not ${show(each)}`);
  return list;
}

const OPTIONS = {
  allow: ['path', 'mode', 'why'],
  deny: ['path', 'mode', 'why', 'errno', 'raise'],
  fake: ['path', 'mode', 'why'],
};

const MODES = ['read', 'write', 'none'];

/** `path` may stand as an argument of its own or among the options. */
function readOptions(who, first, second) {
  const bare = typeof first === 'string' || Array.isArray(first);
  const options = (bare ? second : first) ?? {};
  if (typeof options !== 'object')
    fail(`${who}: the options are an object such as { why: 'because' }, not ${show(options)}`);
  for (const key of Object.keys(options)) {
    if (!OPTIONS[who].includes(key))
      fail(`${who}: there is no option ${show(key)}; there are ${OPTIONS[who].join(', ')}`);
  }
  const { why, mode } = options;
  if (why !== undefined && typeof why !== 'string') fail(`${who}: 'why' is a text`);
  if (mode !== undefined && !MODES.includes(mode)) fail(`${who}: 'mode' is 'read', 'write' or 'none'`);
  const path = bare ? first : options.path;
  return { paths: path === undefined ? undefined : globs(path, who), why, mode, options };
}

function denialOf(who, options) {
  const { errno, raise } = options;
  if (errno !== undefined && raise !== undefined) fail(`${who}: either an errno or a RuntimeError, not both`);
  if (raise !== undefined)
    return raise === 'RuntimeError'
      ? { raise }
      : fail(`${who}: the only exception there is, is 'RuntimeError'`);
  if (errno === undefined) return undefined;
  return errnoNames.has(errno)
    ? { errno }
    : fail(`${who}: ${show(errno)} is no error of Linux; write for example 'EACCES', 'EPERM' or 'ENOENT'`);
}

function rule(effect, select, read, more, shown) {
  return freeze({
    [RULE]: true,
    effect,
    select: selectors(select, effect),
    paths: read.paths,
    mode: read.mode,
    why: read.why,
    ...more,
    at: here(),
    label: `${effect}(${shown
      .filter((each) => each !== undefined)
      .map(show)
      .join(', ')})`,
  });
}

/** allow(select, path?, options?) */
export function allow(select, path, options) {
  return rule('allow', select, readOptions('allow', path, options), {}, [
    select,
    typeof path === 'object' && !Array.isArray(path) ? path?.path : path,
  ]);
}

/** deny(select, path?, options?) is a rule; deny(errno?, why?) is what a function of the middleware returns. */
export function deny(first, second, third) {
  if (first === undefined || first === 'RuntimeError' || errnoNames.has(first)) {
    if (second !== undefined && typeof second !== 'string')
      fail("deny: after the error comes a text that says why, as in deny('EPERM', 'no keys')");
    return freeze({
      [DENIED]: true,
      denial: first === 'RuntimeError' ? { raise: first } : { errno: first ?? 'EACCES' },
      why: second,
      at: here(),
    });
  }
  const read = readOptions('deny', second, third);
  return rule('deny', first, read, { denial: denialOf('deny', read.options) }, [
    first,
    typeof second === 'object' && !Array.isArray(second) ? second?.path : second,
  ]);
}

/** fake(select, value, options?) */
export function fake(select, value, options) {
  const read = readOptions('fake', options ?? {});
  return rule('fake', select, read, { value: value === undefined ? null : value }, [select, value]);
}

// ---- tests -------------------------------------------------------------------------------------------------------

const TEST = Symbol('test');
const VERDICTS = ['allow', 'deny', 'modify', 'fake'];
const TEST_OPTIONS = ['mode', 'newpath', 'args', 'errno', 'raise', 'answer'];

/** test(expected, call, path?, options?): a line of the table that is exported as `tests`. */
export function test(expected, call, path, options) {
  const bare = typeof path === 'string' || path === undefined;
  const read = (bare ? options : path) ?? {};
  if (!VERDICTS.includes(expected))
    fail(`test: first comes what you expect: 'allow', 'deny', 'modify' or 'fake', not ${show(expected)}`);
  if (TABLE[call] === undefined) fail(`test: there is no call ${show(call)}`);
  if (typeof read !== 'object')
    fail(`test: the options are an object such as { mode: 'write' }, not ${show(read)}`);
  for (const key of Object.keys(read))
    if (!TEST_OPTIONS.includes(key))
      fail(`test: there is no option ${show(key)}; there are ${TEST_OPTIONS.join(', ')}`);
  const { mode, newpath, args, errno, raise, answer: value } = read;
  if (mode !== undefined && mode !== 'read' && mode !== 'write') fail("test: 'mode' is 'read' or 'write'");
  if (newpath !== undefined && typeof newpath !== 'string') fail("test: 'newpath' is a text");
  if (args !== undefined && (typeof args !== 'object' || args === null))
    fail("test: 'args' is an object such as { flags: 0 }");
  if (expected !== 'deny' && (errno !== undefined || raise !== undefined))
    fail('test: only a denial has an error');
  denialOf('test', read);
  return freeze({
    [TEST]: true,
    expected,
    call,
    path: bare ? path : undefined,
    newpath,
    mode,
    args,
    errno,
    raise,
    answer: value,
    at: here(),
  });
}

/** The exported table, or undefined where there is none. */
function testsOf(tests) {
  if (tests === undefined) return undefined;
  if (!Array.isArray(tests))
    throw new Mistake("'tests' is a list: export const tests = [ test('deny', 'll_os_open', '/tmp/a'), … ].");
  if (tests.length > MAX_TESTS) throw new Mistake(`A policy may have ${MAX_TESTS} tests.`);
  for (const [index, each] of tests.entries())
    if (typeof each !== 'object' || each === null || each[TEST] !== true)
      throw new Mistake(`Test ${index + 1} is ${show(each)}; write test('deny', 'll_os_open', '/tmp/a').`);
  return tests;
}

// ---- answers of middleware ---------------------------------------------------------------------------------------

const places = new WeakMap();

/** answer(value): the call succeeds with this value, without being performed unless next() was called. */
export function answer(value) {
  const made = freeze({ ok: true, value: value === undefined ? null : value });
  places.set(made, here());
  return made;
}

/** failure(errno): the call fails like this. */
export function failure(errno) {
  if (!errnoNames.has(errno))
    fail(`failure: ${show(errno)} is no error of Linux; write for example 'ENOENT'`);
  const made = freeze({ ok: false, errno });
  places.set(made, here());
  return made;
}

// ---- the policy --------------------------------------------------------------------------------------------------

/** policy(spec): checks what the host cannot check better, and says where it stands. */
export function policy(spec) {
  if (typeof spec !== 'object' || spec === null) fail('policy: write policy({ rules: [ … ] })');
  return freeze({ rules: [], ...spec, [POLICY]: here() ?? '' });
}

let functions = new Map();

/** A mistake in a policy: the message, and the names of the fields that lead to it. */
class Mistake extends Error {
  constructor(message, ...field) {
    super(message);
    this.field = field;
  }
}

/** For the host: the policy as data, or `{ mistake }`; its functions stay here. */
export function describe(spec, tests) {
  try {
    return describePolicy(spec, tests);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return stringify({ mistake: error.message, field: error.field, at: spec?.[POLICY] });
  }
}

function describePolicy(spec, tests) {
  const fail = (message, ...field) => {
    throw new Mistake(message, ...field);
  };
  if (typeof spec !== 'object' || spec === null || spec[POLICY] === undefined) {
    fail('The policy is missing: write export default policy({ … }).');
  }
  const { rules = [], middleware = {}, otherwise = 'deny', ...rest } = spec;
  if (!Array.isArray(rules)) fail("'rules' is a list: rules: [ allow('read'), … ].", 'rules');
  const plainRules = rules.map((each, index) => {
    if (Array.isArray(each))
      fail(`Rule ${index + 1} is a list; put ... before it to take its rules one by one.`, 'rules');
    if (typeof each !== 'object' || each === null || each[RULE] !== true) {
      fail(
        each?.[DENIED] === true
          ? `Rule ${index + 1} says how to deny, but not what; write deny('write', '/tmp/**', { errno: 'EPERM' }).`
          : `Rule ${index + 1} is ${show(each)}; write allow(…), deny(…) or fake(…).`,
        'rules',
      );
    }
    return each;
  });
  if (typeof middleware !== 'object' || middleware === null)
    fail("'middleware' is an object with a function for each call.", 'middleware');
  functions = new Map();
  const places = [];
  // The keys of its own show slips of the pen; methods of a class are not among them.
  const named = [...Object.keys(TABLE), '*'].filter((key) => middleware[key] !== undefined);
  for (const key of new Set([...Object.keys(middleware), ...named])) {
    const fn = middleware[key];
    if (key !== '*' && TABLE[key] === undefined && typeof fn !== 'function') continue;
    if (key !== '*' && TABLE[key] === undefined) fail(`There is no call ${show(key)}.`, 'middleware', key);
    if (typeof fn !== 'function')
      fail(`The middleware of ${key} is ${show(fn)}, not a function.`, 'middleware', key);
    functions.set(key, (call, next) => Reflect.apply(fn, middleware, [call, next]));
    places.push([key, placeOfFunction(fn)]);
  }
  const fallback =
    otherwise === 'allow' || otherwise === 'deny'
      ? { effect: otherwise }
      : otherwise?.[DENIED] === true
        ? { effect: 'deny', denial: otherwise.denial, why: otherwise.why }
        : fail(
            `'otherwise' is 'allow', 'deny' or deny('EPERM', 'why'), not ${show(otherwise)}.`,
            'otherwise',
          );
  return stringify({
    ...rest,
    rules: plainRules,
    otherwise: fallback,
    functions: places,
    tests: testsOf(tests),
    at: spec[POLICY],
  });
}

// ---- calls -------------------------------------------------------------------------------------------------------

let effects = [];
/** Waiting in next(): id → resolve of its promise. */
const waiting = new Map();
/** What next() answered: id → the very object. */
const answered = new Map();

function flush() {
  if (effects.length === 0) return '';
  const list = effects;
  effects = [];
  try {
    return stringify(list);
  } catch {
    return stringify(list.map(writable));
  }
}

/** The effect itself, or, where it cannot be written as JSON (a circle, a bigint), that its call failed. */
function writable(effect) {
  try {
    stringify(effect);
    return effect;
  } catch (error) {
    return [
      6,
      effect[1],
      `the answer cannot be written as text: ${error instanceof Error ? error.message : ''}`,
      null,
    ];
  }
}

export const drain = flush;

function deepFreeze(value) {
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) deepFreeze(value[key]);
    freeze(value);
  }
  return value;
}

/** The arguments of next({...}) on top of those asked; null where nothing differs. */
function changedArgs(call, changes) {
  if (changes === undefined || changes === null) return null;
  if (typeof changes !== 'object') fail(`next: write next({ name: value }), not next(${show(changes)})`);
  const names = TABLE[call.name];
  let args = null;
  for (const key of Object.keys(changes)) {
    const value = changes[key];
    if (!names.includes(key) && !Object.hasOwn(call.args, key)) {
      fail(
        `next: ${call.name} has no argument ${show(key)}; it has ${names.length === 0 ? 'none' : names.join(', ')}`,
      );
    }
    if (value === undefined || value === call.args[key]) continue;
    args ??= { ...call.args };
    args[key] = value;
  }
  return args;
}

function settle(id, value) {
  const from = answered.get(id);
  answered.delete(id);
  if (from !== undefined && value === from) effects.push([2, id]);
  else if (typeof value !== 'object' || value === null) {
    effects.push([
      5,
      id,
      value === undefined
        ? 'it returned nothing: return next(), an answer or deny(…)'
        : `it returned ${show(value)}`,
      null,
    ]);
  } else if (value[DENIED] === true) effects.push([3, id, value.denial, value.why ?? null, value.at ?? null]);
  else if (value[RULE] === true)
    effects.push([5, id, `it returned a rule; here write deny('EPERM', 'why')`, value.at ?? null]);
  else {
    const { ok } = value;
    const place = places.get(value) ?? null;
    if (ok === true)
      effects.push([4, id, { ok, value: value.value === undefined ? null : value.value }, place]);
    else if (ok === false)
      effects.push([
        4,
        id,
        value.raise === undefined ? { ok, errno: value.errno } : { ok, raise: value.raise },
        place,
      ]);
    else effects.push([5, id, `it returned ${show(value)}: an answer has ok, and value or errno`, null]);
  }
}

function threw(id, error) {
  answered.delete(id);
  waiting.delete(id);
  let text;
  try {
    text = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${show(error)}`;
  } catch {
    text = 'threw something that cannot be shown';
  }
  effects.push([6, id, text.slice(0, 400), placeOfError(error)]);
}

/** The beginning of a call: the request, and its number as `id`. */
export function dispatch(text) {
  const { id, name, args, path = '', newpath, access } = parse(text);
  let tail = null;
  try {
    const call = deepFreeze(
      newpath === undefined ? { name, args, path, access } : { name, args, path, newpath, access },
    );
    let used = false;
    const next = (changes) => {
      if (used) fail('next() was called already: a call is performed once at most');
      const args = changedArgs(call, changes);
      used = true;
      effects.push(args === null ? [1, id] : [1, id, args]);
      return (tail = new Promise((resolve) => {
        waiting.set(id, resolve);
      }));
    };
    const result = (functions.get(call.name) ?? functions.get('*'))(call, next);
    if (tail !== null && result === tail) {
      waiting.delete(id);
      effects.push([7, id]);
    } else if (result instanceof Promise) {
      result.then(
        (value) => {
          settle(id, value);
        },
        (error) => {
          threw(id, error);
        },
      );
    } else settle(id, result);
  } catch (error) {
    threw(id, error);
  }
  return flush();
}

/** next()'s answer is there: the outcome, and the number of the call as `id`. */
export function resume(text) {
  const { id, ...outcome } = parse(text);
  const resolve = waiting.get(id);
  if (resolve !== undefined) {
    waiting.delete(id);
    deepFreeze(outcome);
    answered.set(id, outcome);
    resolve(outcome);
  }
  return flush();
}

/** The host has given the call up. */
export function forget(text) {
  const id = Number(text);
  waiting.delete(id);
  answered.delete(id);
  return flush();
}

// ---- sleep and console -------------------------------------------------------------------------------------------

const sleeping = new Map();
let timers = 0;

/** sleep(seconds): goes on after that time. */
export function sleep(seconds) {
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAX_SLEEP_SECONDS))
    fail(`sleep: a number of seconds from 0 to ${MAX_SLEEP_SECONDS}`);
  if (sleeping.size >= MAX_TIMERS) fail(`sleep: ${MAX_TIMERS} sleeps at a time are the limit`);
  const timer = ++timers;
  effects.push([8, timer, seconds]);
  return new Promise((resolve) => {
    sleeping.set(timer, resolve);
  });
}

/** For the host: a sleep is over. */
export function wake(text) {
  const timer = Number(text);
  const resolve = sleeping.get(timer);
  sleeping.delete(timer);
  resolve?.();
  return flush();
}

const MAX_PRINTS = 20;

function printer(level) {
  return (...values) => {
    if (effects.length > MAX_PRINTS) return;
    const text = values
      .map((value) => {
        if (typeof value === 'string') return value;
        try {
          return value instanceof Error
            ? `${value.name}: ${value.message}`
            : (stringify(value) ?? String(value));
        } catch {
          return String(value);
        }
      })
      .join(' ');
    effects.push([9, level, text.slice(0, 1000)]);
  };
}

globalThis.console = freeze({
  log: printer('info'),
  info: printer('info'),
  debug: printer('info'),
  warn: printer('warning'),
  error: printer('error'),
});

// ---- closing the realm -------------------------------------------------------------------------------------------

const seen = new Set();
function close(value) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  // Errors of one's own set name and message by assignment, which a frozen prototype would forbid.
  if (value === Error.prototype || value instanceof Error) Object.preventExtensions(value);
  else freeze(value);
  for (const key of Reflect.ownKeys(value)) {
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    if ('value' in property) close(property.value);
    else {
      close(property.get);
      close(property.set);
    }
  }
  close(Reflect.getPrototypeOf(value));
}
close(globalThis);
close(Reflect.getPrototypeOf(async () => {}));
close(Reflect.getPrototypeOf(function* () {}));
close(Reflect.getPrototypeOf(async function* () {}));
