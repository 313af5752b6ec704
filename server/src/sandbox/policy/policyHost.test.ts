import type {
  CallArgs,
  CallRequest,
  Decision,
  Outcome,
  PolicyEngine,
  PolicyNotice,
} from '@sandtable/shared/policy/model';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadPolicy, type LoadOptions } from './loadPolicy.ts';
import { ANSWER_MS } from '@sandtable/policy/policyLimits';

const STAT: CallRequest = { call: 'll_os_stat', args: { path: 'x' }, path: '/tmp/x', access: 'read' };
const OUTCOME: Outcome = { ok: true, value: { size: 1 } };
const perform = (): Outcome => OUTCOME;

const engines: PolicyEngine[] = [];
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
  vi.useRealTimers();
});

/** An engine from the text of its middleware; line 1 is the import, line 2 begins with the text. */
async function withFunctions(
  functions: string,
  before = '',
  options: LoadOptions = { budget: Infinity },
): Promise<PolicyEngine> {
  const source = `import { answer, deny, failure, policy, sleep } from 'sandtable'; ${before} export default policy({ otherwise: 'allow', middleware: {\n${functions}\n} });`;
  const loaded = await loadPolicy(source, options);
  if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
  const { engine } = loaded;
  engine.resolve = (call, args: CallArgs) => ({
    call,
    args,
    access: 'read',
    ...(typeof args['path'] === 'string' ? { path: `/tmp/${args['path']}` } : {}),
  });
  engine.beginGuest();
  engines.push(engine);
  return engine;
}

function at(engine: PolicyEngine, { verdict }: Decision): [number, number] | undefined {
  const place = engine.rules[verdict.rule]!.at;
  return place === undefined ? undefined : [place.line, place.column];
}

describe('a function of a policy', () => {
  it('sees the call as the guest made it', async () => {
    const engine = await withFunctions(
      'll_os_open: (call) => { console.log(call); return failure("ENOENT"); }',
    );
    const notices: PolicyNotice[] = [];
    engine.onNotice = (notice) => notices.push(notice);
    const decision = await engine.decide(
      {
        call: 'll_os_open',
        args: { path: '../é\udcff', flags: 2, mode: 0 },
        path: '/tmp/é\udcff',
        access: 'write',
      },
      perform,
    );
    expect(decision).toMatchObject({ verdict: { kind: 'fake' }, seen: { ok: false, errno: 'ENOENT' } });
    expect(JSON.parse(notices[0]!.message)).toEqual({
      path: '/tmp/é\udcff',
      name: 'll_os_open',
      args: { path: '../é\udcff', flags: 2, mode: 0 },
      access: 'write',
    });
  });

  it('answers at once where it does not wait for anything slow', async () => {
    const engine = await withFunctions(`
      ll_os_stat: (call, next) => next(),
      async ll_os_lstat(call, next) { const a = await next(); return a.ok ? answer({ ...a.value, size: 2 }) : a; },
    `);
    expect(engine.decide(STAT, perform)).toMatchObject({ verdict: { kind: 'allow' }, seen: OUTCOME });
    expect(engine.decide({ ...STAT, call: 'll_os_lstat' }, perform)).toMatchObject({
      verdict: { kind: 'modify' },
      answered: OUTCOME,
      seen: { ok: true, value: { size: 2 } },
    });
  });

  it("hands the handler's own outcome through, to the object", async () => {
    const engine = await withFunctions('async ll_os_stat(call, next) { const a = await next(); return a; }');
    expect((engine.decide(STAT, perform) as Decision).seen).toBe(OUTCOME);
  });

  it('waits for a slow handler', async () => {
    const engine = await withFunctions(
      'async ll_os_read(call, next) { const a = await next(); return answer(a.value.toUpperCase()); }',
    );
    const decision = engine.decide(
      { call: 'll_os_read', args: { fd: 0, size: 9 }, path: '<stdin>', access: 'read' },
      () =>
        new Promise((resolve) =>
          setTimeout(() => {
            resolve({ ok: true, value: 'typed' });
          }, 30),
        ),
    );
    expect(decision).toBeInstanceOf(Promise);
    expect((await decision).seen).toEqual({ ok: true, value: 'TYPED' });
  });

  it('may pass on with other arguments, which are resolved anew', async () => {
    const engine = await withFunctions('ll_os_stat: (call, next) => next({ path: "other" })');
    const performed: CallRequest[] = [];
    const decision = await engine.decide(STAT, (request) => {
      performed.push(request);
      return OUTCOME;
    });
    expect(decision.verdict.kind).toBe('modify');
    expect(performed).toEqual([
      { call: 'll_os_stat', args: { path: 'other' }, access: 'read', path: '/tmp/other' },
    ]);
  });

  it('is called as a method of the middleware, and remembers', async () => {
    const engine = await withFunctions(
      'count: undefined, ll_os_getpid() { return answer(++seen); }'.replace('count: undefined, ', ''),
      'let seen = 40;',
    );
    const pid = (): Outcome =>
      (engine.decide({ call: 'll_os_getpid', args: {}, access: 'none' }, perform) as Decision).seen;
    expect([pid(), pid()]).toEqual([
      { ok: true, value: 41 },
      { ok: true, value: 42 },
    ]);
  });

  it('may be a method of a class, with state of its own', async () => {
    const loaded = await loadPolicy(
      "import { answer, policy } from 'sandtable'; class Guard { asked = 0; ll_os_getpid() { return answer(++this.asked); } } export default policy({ middleware: new Guard() });",
    );
    if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
    engines.push(loaded.engine);
    loaded.engine.beginGuest();
    const pid = (): Outcome =>
      (loaded.engine.decide({ call: 'll_os_getpid', args: {}, access: 'none' }, perform) as Decision).seen;
    expect([pid(), pid()]).toEqual([
      { ok: true, value: 1 },
      { ok: true, value: 2 },
    ]);
  });

  it('named * stands for every call that has none of its own', async () => {
    const engine = await withFunctions(
      '"*": (call) => deny("EPERM", call.name), ll_os_stat: (call, next) => next()',
    );
    expect(engine.decide(STAT, perform)).toMatchObject({ verdict: { kind: 'allow' } });
    expect(engine.decide({ call: 'll_os_getcwd', args: {}, access: 'none' }, perform)).toMatchObject({
      verdict: { kind: 'deny', reason: 'll_os_getcwd' },
      seen: { errno: 'EPERM' },
    });
  });

  it('may be asked about many calls at once, and each gets its own answer', async () => {
    const engine = await withFunctions(
      'async ll_os_stat(call, next) { await sleep(Math.random() / 50); const a = await next(); return answer({ ...a.value, name: call.args.path }); }',
    );
    const names = Array.from({ length: 100 }, (_, k) => `file${k}`);
    const decisions = await Promise.all(
      names.map(async (name) => engine.decide({ ...STAT, args: { path: name } }, perform)),
    );
    expect(decisions.map(({ seen }) => seen.ok && (seen.value as { name: string }).name)).toEqual(names);
  });

  it('that passes a call on and does not wait is answered after the call was performed', async () => {
    const engine = await withFunctions('ll_os_stat: (call, next) => { next(); return answer({ size: 9 }); }');
    let finish = (_outcome: Outcome): void => {};
    const decision = engine.decide(
      STAT,
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    let settled = false;
    void Promise.resolve(decision).then(() => {
      settled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled).toBe(false);
    finish(OUTCOME);
    expect(await decision).toMatchObject({
      verdict: { kind: 'modify' },
      answered: OUTCOME,
      seen: { ok: true, value: { size: 9 } },
    });
  });

  it('sees a denial of the rules, and may answer otherwise', async () => {
    const loaded = await loadPolicy(
      "import { answer, policy } from 'sandtable'; export default policy({ middleware: { async ll_os_getcwd(c, next) { const a = await next(); return a.ok ? a : answer(a.errno); } } });",
    );
    if (!loaded.ok) throw new Error('refused');
    loaded.engine.beginGuest();
    engines.push(loaded.engine);
    expect(loaded.engine.decide({ call: 'll_os_getcwd', args: {}, access: 'none' }, perform)).toMatchObject({
      verdict: { kind: 'fake' },
      seen: { ok: true, value: 'EACCES' },
    });
  });

  it('carries bytes that are no text through unharmed', async () => {
    const bytes = Array.from({ length: 256 }, (_, k) =>
      k < 128 ? String.fromCharCode(k) : String.fromCharCode(0xdc00 + k),
    ).join('');
    const engine = await withFunctions(
      'async ll_os_read(call, next) { const a = await next(); return answer("<" + a.value + ">"); }',
    );
    const decision = await engine.decide(
      { call: 'll_os_read', args: { fd: 3, size: 999 }, path: '/tmp/x', access: 'read' },
      () => ({ ok: true, value: bytes }),
    );
    expect(decision.seen).toEqual({ ok: true, value: `<${bytes}>` });
  });

  it('takes a megabyte of data in and out', async () => {
    const engine = await withFunctions(
      'async ll_os_read(call, next) { const a = await next(); return answer("!" + a.value); }',
    );
    const decision = await engine.decide(
      { call: 'll_os_read', args: { fd: 3, size: 1 << 20 }, path: '/tmp/x', access: 'read' },
      () => ({ ok: true, value: 'x'.repeat(1 << 20) }),
    );
    expect(decision.seen.ok && (decision.seen.value as string).length).toBe((1 << 20) + 1);
  });
});

describe('places in policy.ts', () => {
  it('are those of deny, of an answer, of a throw, else of the function', async () => {
    const text = `  ll_os_stat(call: Call<'ll_os_stat'>, next: Next<'ll_os_stat'>) { const why: string = 'x'; return deny('EPERM', why); },
  async ll_os_lstat(call, next: (changes?: { path: string }) => Promise<any>) { await next(); return answer({}); },
  ll_os_access: (call: any): never => { throw new Error('no'); },
  ll_os_fstat: (call: unknown) => ({ ok: true, value: {} }),
  async ll_os_readlink(call) { await sleep(0.001); return call.missing.name; },`;
    const engine = await withFunctions(text);
    const shown = async (call: CallRequest['call']): Promise<string> => {
      const [line, column] = at(engine, await engine.decide({ ...STAT, call }, perform))!;
      return text.split('\n')[line - 2]!.slice(column - 1);
    };
    expect(await shown('ll_os_stat')).toMatch(/^(?:return )?deny\('EPERM'/);
    expect(await shown('ll_os_lstat')).toMatch(/^(?:return )?answer\(\{\}/);
    expect(await shown('ll_os_access')).toMatch(/^Error\('no'/);
    expect(await shown('ll_os_fstat')).toMatch(/^\(call: unknown\)/);
    expect(await shown('ll_os_readlink')).toMatch(/^\.?name; \}/);
  });
});

describe('time', () => {
  it('of a function that never answers ends after some seconds, and the next call is as good as new', async () => {
    const engine = await withFunctions(
      'll_os_stat: (call) => call.args.path === "never" ? new Promise(() => {}) : answer({})',
    );
    vi.useFakeTimers();
    const decision = engine.decide({ ...STAT, args: { path: 'never' } }, perform);
    await vi.advanceTimersByTimeAsync(ANSWER_MS + 10);
    const late = await decision;
    expect(engine.rules[late.verdict.rule]!.code).toBe('policy-timeout');
    expect(late.verdict.reason).toMatch(/10 seconds/);
    expect((engine.decide(STAT, perform) as Decision).verdict.kind).toBe('fake');
  });

  it('spent in next() does not count: a person may think as long as they like', async () => {
    const engine = await withFunctions('async ll_os_read(call, next) { return await next(); }');
    vi.useFakeTimers();
    let finish = (_outcome: Outcome): void => {};
    const decision = engine.decide(
      { call: 'll_os_read', args: { fd: 0, size: 9 }, path: '<stdin>', access: 'read' },
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    await vi.advanceTimersByTimeAsync(ANSWER_MS * 100);
    finish({ ok: true, value: 'at last' });
    expect(await decision).toMatchObject({
      verdict: { kind: 'allow' },
      seen: { ok: true, value: 'at last' },
    });
  });

  it('slept by one call does not hold up another', async () => {
    const engine = await withFunctions(
      'async ll_os_stat(call, next) { await sleep(5); return next(); }, ll_os_lstat: (call, next) => next()',
    );
    vi.useFakeTimers();
    const slow = engine.decide(STAT, perform);
    expect((engine.decide({ ...STAT, call: 'll_os_lstat' }, perform) as Decision).verdict.kind).toBe('allow');
    await vi.advanceTimersByTimeAsync(5001);
    expect((await slow).verdict.kind).toBe('allow');
  });

  it('counts what a policy did, not how long its thread had to wait for a processor', async () => {
    const engine = await withFunctions('ll_os_stat: (call, next) => next()', '', { budget: 20 });
    const real = performance.now.bind(performance);
    let late = 0;
    // Each look at the clock is 70 ms after the one before: a thread that hardly ever runs.
    vi.spyOn(performance, 'now').mockImplementation(() => real() + (late += 70));
    for (let k = 0; k < 200; k++) expect((await engine.decide(STAT, perform)).verdict.kind).toBe('allow');
    vi.restoreAllMocks();
  });
});

describe('the end', () => {
  it('of a run settles whatever still waits', async () => {
    const engine = await withFunctions('async ll_os_stat(call, next) { await sleep(9); return next(); }');
    const decision = engine.decide(STAT, perform);
    engine.dispose();
    expect((await decision).verdict.kind).toBe('deny');
    engine.dispose();
    expect((await engine.decide(STAT, perform)).verdict.kind).toBe('deny');
  });

  it('of an instance is told once, and its rules go on', async () => {
    const engine = await withFunctions('ll_os_stat: () => [].includes.call({ length: 2 ** 53 - 1 }, 1)');
    const notices: PolicyNotice[] = [];
    engine.onNotice = (notice) => notices.push(notice);
    for (let k = 0; k < 3; k++) expect((await engine.decide(STAT, perform)).verdict.kind).toBe('deny');
    expect(notices.map(({ code }) => code)).toEqual(['policy-ended']);
    expect(
      (await engine.decide({ call: 'll_os_getcwd', args: {}, access: 'none' }, perform)).verdict.kind,
    ).toBe('allow');
  });

  it('takes a call that is being performed along only when that is over', async () => {
    const engine = await withFunctions(
      'async ll_os_read(call, next) { return await next(); }, ll_os_stat: () => [].includes.call({ length: 2 ** 53 - 1 }, 1)',
    );
    let finish = (_outcome: Outcome): void => {};
    const reading = engine.decide(
      { call: 'll_os_read', args: { fd: 0, size: 9 }, path: '<stdin>', access: 'read' },
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    await engine.decide(STAT, perform);
    let settled = false;
    void Promise.resolve(reading).then(() => {
      settled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(settled).toBe(false);
    finish({ ok: true, value: 'x' });
    expect(await reading).toMatchObject({ verdict: { kind: 'deny' }, answered: { ok: true, value: 'x' } });
  });
});

describe('printing', () => {
  it('is bounded, and the cut is told', async () => {
    const engine = await withFunctions(
      'll_os_stat: () => { for (let k = 0; k < 300; k++) console.log("x".repeat(5000)); return answer({}); }',
    );
    const notices: PolicyNotice[] = [];
    engine.onNotice = (notice) => notices.push(notice);
    for (let k = 0; k < 100; k++) await engine.decide(STAT, perform);
    expect(notices.length).toBeLessThanOrEqual(500);
    expect(notices.every(({ message }) => message.length <= 1000)).toBe(true);
    expect(notices.at(-1)!.code).toBe('policy-log-cut');
  });

  it('shows what cannot be shown as what it is', async () => {
    const engine = await withFunctions(
      'll_os_stat: () => { const a = {}; a.a = a; console.log(a, undefined, 1n, new Error("e"), Symbol("s")); return answer({}); }',
    );
    const notices: PolicyNotice[] = [];
    engine.onNotice = (notice) => notices.push(notice);
    await engine.decide(STAT, perform);
    expect(notices[0]!.message).toBe('[object Object] undefined 1 Error: e Symbol(s)');
  });
});
