/**
 * The engine: one decision for each call, through the functions and rules of every layer, down to the handler and back.
 *
 * Order: lab middleware → student middleware → student rules → lab rules → ceiling → handler (`model.ts`). A layer's function
 * sees the request that the layer outside it passed on, and the answer that the layer inside it gave.
 *
 * Invariants. A handler is called only by {@link Engine.#perform}, after the static stage allowed the very request that it
 * gets, and at most once a decision. `decide` neither throws nor rejects: a policy that fails denies the call, a handler that throws answers EIO.
 *
 * NEVER let a changed request keep the resolved names of the old one: it is resolved again, or denied.
 */
import { callSpec, type CallName } from '../calls.ts';
import type { Denial, RuleInfo, SourcePosition, Verdict } from '../verdicts.ts';
import { RUNTIME_ROOTS } from './ceiling.ts';
import type { MiddlewareHost, MiddlewareResult } from './middlewareHost.ts';
import type {
  CallArgs,
  CallRequest,
  Decision,
  MaybePromise,
  Outcome,
  Perform,
  PolicyEngine,
  PolicyNotice,
  Resolve,
  WorldSpec,
} from './model.ts';
import { DEFAULT_DENIAL, type OtherwiseSpec, type RuleSpec } from './ruleSpec.ts';
import { RuleBook, verdict } from './ruleBook.ts';
import { compileRules, type RuleError } from './staticRules.ts';
import { outcomeOfDenial, StaticStage, type StaticLayer } from './staticStage.ts';
import { sameValue } from './sameValue.ts';

/** One policy, ready to judge. */
export interface PolicyLayer {
  readonly layer: 'student' | 'lab';
  readonly rules: readonly RuleSpec[];
  readonly otherwise: OtherwiseSpec;
  readonly runtime: 'allow' | 'rules';
  readonly middleware?: MiddlewareHost;
}

export interface EngineSpec {
  readonly student?: PolicyLayer;
  readonly lab?: PolicyLayer;
  readonly world: WorldSpec;
  /** Where the interpreter's library lies in the guest's world; {@link RUNTIME_ROOTS} by default. */
  readonly runtimeRoots?: readonly string[];
}

export type EngineResult =
  | { readonly ok: true; readonly engine: PolicyEngine }
  | { readonly ok: false; readonly errors: readonly (RuleError & { readonly layer: 'student' | 'lab' })[] };

/** Clocks that are read in process unless a policy names them. */
const CLOCKS: readonly CallName[] = [
  'll_time_time',
  'll_time_clock_gettime',
  'll_time_clock_getres',
  'll_time_clock',
];

/** Notices of one run: enough to follow a `console.log`, too few to fill a log. */
const MAX_NOTICES = 500;

/** Makes the engine; the only errors are those of the rules' globs and of their number. */
export function createEngine(spec: EngineSpec): EngineResult {
  const layers: StaticLayer[] = [];
  const errors: (RuleError & { layer: 'student' | 'lab' })[] = [];
  for (const layer of [spec.student, spec.lab]) {
    if (layer === undefined) continue;
    const compiled = compileRules(layer.rules, layer.otherwise.effect);
    if (compiled.ok) layers.push({ ...layer, judge: compiled.judge, reachable: compiled.reachable });
    else for (const error of compiled.errors) errors.push({ ...error, layer: layer.layer });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, engine: new Engine(spec, layers) };
}

/** Static rules decide about a call by its name, its access and its path, whatever else it asks. */
const READING = (
  ['ll_os_fstat', 'll_os_isatty', 'll_os_lseek', 'll_os_read', 'll_os_close', 'll_os_fcntl'] as const
).map((call) => ({ call, access: callSpec(call)!.access as 'read' | 'none' }));

interface Link {
  readonly layer: PolicyLayer;
  readonly host: MiddlewareHost;
  readonly label: string;
  readonly at: SourcePosition | null;
}

const NO_LINKS: readonly Link[] = [];

const PASS: MiddlewareResult = { kind: 'pass' };

class Engine implements PolicyEngine {
  readonly world: WorldSpec;
  readonly raising: '*' | ReadonlySet<CallName>;
  readonly restrained: '*' | ReadonlySet<CallName>;
  readonly judgesTime: boolean;
  readonly leavesLibraryAlone: boolean;
  resolve: Resolve | null = null;
  onNotice: ((notice: PolicyNotice) => void) | null = null;
  readonly #book = new RuleBook();
  readonly #static: StaticStage;
  /** Outermost first. */
  readonly #middleware: readonly (PolicyLayer & { readonly middleware: MiddlewareHost })[];
  readonly #links = new Map<CallName, readonly Link[]>();
  readonly #noPolicy: number;
  #notices = 0;

  constructor(spec: EngineSpec, layers: readonly StaticLayer[]) {
    this.world = spec.world;
    this.#static = new StaticStage(layers, spec.runtimeRoots ?? RUNTIME_ROOTS, this.#book);
    this.#noPolicy = this.#book.add('ceiling', 'policy-threw', 'the policy engine failed');
    this.#middleware = [spec.lab, spec.student].filter((layer) => layer?.middleware !== undefined) as never;
    const raising = this.#static.raising();
    const restrained = this.#static.restrained();
    let named = [spec.student, spec.lab].some((layer) => layer?.rules.some(namesClock) ?? false);
    let everything = false;
    for (const { middleware } of this.#middleware) {
      middleware.onNotice = (notice) => {
        this.#notice(notice);
      };
      for (const key of middleware.functions.keys()) {
        if (key === '*') everything = true;
        else {
          raising.add(key);
          restrained.add(key);
        }
        named ||= CLOCKS.includes(key as CallName);
      }
    }
    this.raising = everything ? '*' : raising;
    this.restrained = everything ? '*' : restrained;
    this.judgesTime = named;
    this.leavesLibraryAlone = layers.every(({ runtime }) => runtime === 'allow');
  }

  get rules(): readonly RuleInfo[] {
    return this.#book.rules;
  }

  get onRule(): ((rule: RuleInfo) => void) | null {
    return this.#book.onRule;
  }

  set onRule(listener: ((rule: RuleInfo) => void) | null) {
    this.#book.onRule = listener;
  }

  beginGuest(): void {
    this.#static.guest = true;
  }

  judge(request: CallRequest): Verdict {
    return this.#static.judge(request).verdict;
  }

  hasFunction(call: CallName): boolean {
    return this.#linksOf(call).length > 0;
  }

  allowsReading(path: string): boolean {
    return READING.every(
      ({ call, access }) =>
        !this.hasFunction(call) && this.#static.judge({ call, args: {}, access, path }).seen === null,
    );
  }

  decide(request: CallRequest, perform: Perform): MaybePromise<Decision> {
    try {
      const links = this.#middleware.length === 0 ? NO_LINKS : this.#linksOf(request.call);
      const decision =
        links.length === 0 || this.#static.before(request) !== null
          ? this.#perform(request, perform)
          : this.#through(links, 0, request, perform);
      return decision instanceof Promise ? decision.catch((error: unknown) => this.#failed(error)) : decision;
    } catch (error) {
      return this.#failed(error);
    }
  }

  dispose(): void {
    for (const { middleware } of this.#middleware) middleware.dispose();
  }

  #linksOf(call: CallName): readonly Link[] {
    const known = this.#links.get(call);
    if (known !== undefined) return known;
    const links: Link[] = [];
    for (const layer of this.#middleware) {
      const { functions } = layer.middleware;
      const key = functions.has(call) ? call : '*';
      const at = functions.get(key);
      if (at !== undefined) links.push({ layer, host: layer.middleware, label: `middleware ${key}`, at });
    }
    this.#links.set(call, links);
    return links;
  }

  /** The innermost part: static rules, ceiling, handler. */
  #perform(request: CallRequest, perform: Perform): MaybePromise<Decision> {
    const { verdict: found, seen } = this.#static.judge(request);
    if (seen !== null) return { verdict: found, seen };
    let outcome: MaybePromise<Outcome>;
    try {
      outcome = perform(request);
    } catch (error) {
      return { verdict: found, seen: this.#handlerThrew(error) };
    }
    if (!(outcome instanceof Promise)) return { verdict: found, seen: outcome };
    return outcome.then(
      (seenLater) => ({ verdict: found, seen: seenLater }),
      (error: unknown) => ({ verdict: found, seen: this.#handlerThrew(error) }),
    );
  }

  #through(
    links: readonly Link[],
    depth: number,
    request: CallRequest,
    perform: Perform,
  ): MaybePromise<Decision> {
    const link = links[depth];
    if (link === undefined) return this.#perform(request, perform);
    let passed: CallRequest | null = null;
    let inner: Decision | null = null;
    const result = link.host.run(request, (args, waited) => {
      const asked = this.#passedOn(request, args, waited);
      if (asked === null || passed !== null) return outcomeOfDenial(DEFAULT_DENIAL);
      passed = asked;
      const decision = this.#through(links, depth + 1, asked, perform);
      if (!(decision instanceof Promise)) return (inner = decision).seen;
      return decision.then((later) => (inner = later).seen);
    });
    return result instanceof Promise
      ? result.then((later) => this.#conclude(link, request, passed, inner, later))
      : this.#conclude(link, request, passed, inner, result);
  }

  #passedOn(request: CallRequest, args: CallArgs | null, waited: boolean): CallRequest | null {
    if (args === null && !waited) return request;
    const { resolve } = this;
    if (resolve === null) return null;
    const resolved = resolve(request.call, args ?? request.args, request);
    // The handler knows the guest's own arguments by identity and then takes their bytes as they came.
    return args === null ? { ...resolved, args: request.args } : resolved;
  }

  #conclude(
    link: Link,
    request: CallRequest,
    passed: CallRequest | null,
    inner: Decision | null,
    result: MiddlewareResult,
  ): Decision {
    const rewritten = passed !== null && passed.args !== request.args;
    if (result.kind === 'failed' || (result.kind === 'pass' && inner === null)) {
      const failure =
        result.kind === 'failed'
          ? result
          : ({ code: 'policy-nonsense', message: 'the function gave no answer', at: undefined } as const);
      const id = this.#book.grow(link.layer.layer, failure.code, link.label, failure.at ?? link.at);
      return this.#refused(
        verdict('deny', id, failure.message),
        DEFAULT_DENIAL,
        rewritten ? passed : null,
        inner,
      );
    }
    if (result.kind === 'pass') {
      if (!rewritten)
        return moved(request, passed!) ? { ...inner!, performed: inner!.performed ?? passed! } : inner!;
      const performed = inner!.performed ?? passed;
      if (inner!.verdict.kind !== 'allow') return { ...inner!, performed };
      const id = this.#book.grow(link.layer.layer, 'middleware', link.label, link.at);
      return { ...inner!, verdict: verdict('modify', id), performed };
    }
    const id = this.#book.grow(link.layer.layer, 'middleware', link.label, result.at ?? link.at);
    if (result.kind === 'deny') {
      return this.#refused(verdict('deny', id, result.why), result.denial, rewritten ? passed : null, inner);
    }
    // An answer that is the same again is no change, and the handler's own is exact where plain values are not.
    if (inner !== null && sameOutcome(result.outcome, inner.seen))
      return this.#conclude(link, request, passed, inner, PASS);
    const kind = inner !== null && isPerformed(inner) ? 'modify' : 'fake';
    return this.#withInner(verdict(kind, id), result.outcome, rewritten ? passed : null, inner);
  }

  #refused(found: Verdict, denial: Denial, passed: CallRequest | null, inner: Decision | null): Decision {
    return this.#withInner(found, outcomeOfDenial(denial), passed, inner);
  }

  #withInner(found: Verdict, seen: Outcome, passed: CallRequest | null, inner: Decision | null): Decision {
    const performed = inner?.performed ?? passed;
    return {
      verdict: found,
      ...(performed !== null && inner !== null ? { performed } : {}),
      ...(inner !== null ? { answered: inner.answered ?? inner.seen } : {}),
      seen,
    };
  }

  #handlerThrew(error: unknown): Outcome {
    this.#notice({
      code: 'handler-threw',
      level: 'error',
      message: `A handler of the sandbox failed: ${textOf(error)}`,
    });
    return { ok: false, errno: 'EIO' };
  }

  #failed(error: unknown): Decision {
    this.#notice({
      code: 'handler-threw',
      level: 'error',
      message: `The policy engine failed: ${textOf(error)}`,
    });
    return { verdict: verdict('deny', this.#noPolicy), seen: outcomeOfDenial(DEFAULT_DENIAL) };
  }

  #notice(notice: PolicyNotice): void {
    this.#notices += 1;
    if (this.#notices < MAX_NOTICES) this.onNotice?.(notice);
    else if (this.#notices === MAX_NOTICES) {
      this.onNotice?.({
        code: 'policy-log-cut',
        level: 'warning',
        message: `The policy said ${MAX_NOTICES} things; the rest of this run is not shown.`,
      });
    }
  }
}

/** Whether a name came to mean another place while a function waited: then that place was judged, and the trace has to say so. */
function moved(asked: CallRequest, passed: CallRequest): boolean {
  return asked.path !== passed.path || asked.newpath !== passed.newpath;
}

function isPerformed(decision: Decision): boolean {
  return decision.verdict.kind === 'allow' || decision.verdict.kind === 'modify';
}

function sameOutcome(a: Outcome, b: Outcome): boolean {
  if (a.ok) return b.ok && sameValue(a.value, b.value);
  if (b.ok) return false;
  return 'errno' in a ? 'errno' in b && a.errno === b.errno : 'raise' in b;
}

function namesClock(rule: RuleSpec): boolean {
  return (
    rule.effect !== 'allow' &&
    rule.select.some((selector) => selector === 'time' || CLOCKS.includes(selector as CallName))
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
