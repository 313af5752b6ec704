/** The part of the policy API's types that does not come from the call table; capitals and `//` marks are filled in by `apiTypes.ts`. */
export const API_TEXT = `
declare module 'sandtable' {
  /** What travels between a policy and the world: text, numbers, lists and objects of these. Bytes are text. */
  export type PlainValue = string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue };

  /** Every call there is: what it is asked with, and what it answers with. */
  export interface Calls {
    //CALLS
  }

  export type CallName = keyof Calls;

  /**
   * Calls of one kind:
   *
   //GROUP_LIST
   */
  export type Group = GROUP_NAMES;

  /**
   * Which calls: the name of a call, a group, \`'read'\` (calls that look), \`'write'\` (calls that change something), or
   * \`'*'\` (every call).
   */
  export type Select = CallName | Group | 'read' | 'write' | '*';

  /**
   * Which places, as they really are: links and \`..\` have been followed. \`*\` stands for any characters but a slash, \`**\` for any
   * characters, \`?\` for one, \`[a-z]\` for one of these, \`{a,b}\` for either. \`'/tmp/**'\` means /tmp itself and all that is below it.
   * What has no path has a name: \`'<stdin>'\`, \`'<stdout>'\`, \`'<stderr>'\`, \`'<pipe>'\`, \`'<socket>'\`, \`'<deleted>'\`, and an
   * address of the network its own: \`'<127.0.0.1:*>'\`.
   *
   * A rule judges the names that things have at the time of the call. Renaming and linking a file count as reading it too. But who may
   * rename \`/tmp/a\` takes \`/tmp/a/secret\` along to a name that \`deny('read', '/tmp/a/secret/**')\` does not fit: to guard what is
   * in a folder, also deny \`'ll_os_rename'\` for the folders above it.
   */
  export type Paths = string | readonly string[];

  /** Errors of Linux. The guest sees them as OSError: \`'EACCES'\` as PermissionError, \`'ENOENT'\` as FileNotFoundError. */
  export type Errno = ERRNO_NAMES;

  export interface RuleOptions {
    readonly path?: Paths;
    /** Only calls that look (\`'read'\`), that change something (\`'write'\`), or that do neither (\`'none'\`). */
    readonly mode?: 'read' | 'write' | 'none';
    /** Why, in your own words: shown in the trace. */
    readonly why?: string;
  }

  export interface DenyOptions extends RuleOptions {
    /** The error that the guest sees; \`'EACCES'\` where nothing is said. */
    readonly errno?: Errno;
    /** The guest sees a RuntimeError instead, as in the classic PyPy sandbox. */
    readonly raise?: 'RuntimeError';
  }

  export interface TestOptions {
    /** For calls that may look or change, such as \`'ll_os_open'\`: which of the two; \`'read'\` where nothing is said. */
    readonly mode?: 'read' | 'write';
    /** The second place of rename and link. */
    readonly newpath?: string;
    /** Arguments that matter to a function of the middleware. */
    readonly args?: { readonly [name: string]: PlainValue };
    /** The error that a denial is to show. */
    readonly errno?: Errno;
    readonly raise?: 'RuntimeError';
    /** What \`next()\` gives. */
    readonly answer?: PlainValue;
  }

  /** A line of the table of tests. */
  export interface Test {
    readonly expected: 'allow' | 'deny' | 'modify' | 'fake';
    readonly call: CallName;
  }

  /**
   * A call, and what the policy is to say of it. Export a list of them as \`tests\` beside the policy: they are run from top to bottom
   * whenever it is checked, and nothing is performed.
   *
   * @example export const tests = [test('deny', 'll_os_open', '/tmp/secret/key', { mode: 'write', errno: 'EACCES' })];
   */
  export function test(expected: Test['expected'], call: CallName, options?: TestOptions): Test;
  export function test(expected: Test['expected'], call: CallName, path?: string, options?: TestOptions): Test;

  /** A line of the list of rules. The first rule that fits a call decides. */
  export interface Rule {
    readonly effect: 'allow' | 'deny' | 'fake';
    readonly label: string;
  }

  /** "No", as a function of the middleware says it. */
  export interface Denied {
    readonly denial: { readonly errno: Errno } | { readonly raise: 'RuntimeError' };
    readonly why?: string;
  }

  /**
   * A rule that lets calls through.
   *
   * @example allow('read', '/tmp/**')
   */
  export function allow(select: Select | readonly Select[], options?: RuleOptions): Rule;
  export function allow(select: Select | readonly Select[], path: Paths, options?: RuleOptions): Rule;

  /**
   * What a function of the middleware returns to refuse the call.
   *
   * @example return deny('EPERM', 'no keys')
   */
  export function deny(error?: Errno | 'RuntimeError', why?: string): Denied;
  /**
   * A rule that refuses calls.
   *
   * @example deny('write', '/tmp/secret/**', { errno: 'EACCES', why: 'secrets are not for you' })
   */
  export function deny(select: Select | readonly Select[], options: DenyOptions): Rule;
  export function deny(select: Select | readonly Select[], path?: Paths, options?: DenyOptions): Rule;

  /**
   * A rule that answers calls without performing them.
   *
   * @example fake('ll_os_gethostname', 'quiet')
   */
  export function fake<C extends CallName>(call: C | readonly C[], value: Calls[C]['value'], options?: RuleOptions): Rule;

  /** Middleware: the call succeeds with this value. */
  export function answer<const V extends PlainValue>(value: V): { readonly ok: true; readonly value: V };

  /** Middleware: the call fails with this error, as if the world had said so. */
  export function failure(errno: Errno): Failure;

  /** Middleware: waits, at most 9 seconds. The guest waits too. */
  export function sleep(seconds: number): Promise<void>;

  export type Failure = { readonly ok: false; readonly errno: Errno } | { readonly ok: false; readonly raise: 'RuntimeError' };

  /** How a call ended: a value, or an error. */
  export type Answer<C extends CallName> = { readonly ok: true; readonly value: Calls[C]['value'] } | Failure;

  /** A call as the guest made it. */
  export interface Call<C extends CallName = CallName> {
    readonly name: C;
    /** Exactly what the guest passed. */
    readonly args: Calls[C]['args'];
    /** Where the call really acts, links and \`..\` followed; \`''\` for a call without a place. */
    readonly path: string;
    /** The second place of rename and link. */
    readonly newpath?: string;
    /** Whether the call looks, changes something, or does neither. */
    readonly access: 'read' | 'write' | 'none';
  }

  /**
   * Passes the call on to the rules, and to the world if they allow it, and gives what came back. Once for each call.
   *
   * @example const a = await next();
   * @example const a = await next({ path: '/tmp/other.txt' });
   */
  export type Next<C extends CallName = CallName> = (changes?: Partial<Calls[C]['args']>) => Promise<Answer<C>>;

  export type Result<C extends CallName = CallName> = Answer<C> | Denied | Promise<Answer<C> | Denied>;

  /** Functions that stand around calls: each may refuse, ask otherwise, pass on, or change the answer. */
  export interface Middleware {
    /** Every call that has no function of its own here. */
    '*'?(call: AnyCall, next: (changes?: { readonly [name: string]: PlainValue }) => Promise<AnyAnswer>): AnyAnswer | Denied | Promise<AnyAnswer | Denied>;
    //FUNCTIONS
  }

  export interface AnyCall {
    readonly name: CallName;
    readonly args: { readonly [name: string]: PlainValue };
    readonly path: string;
    readonly newpath?: string;
    readonly access: 'read' | 'write' | 'none';
  }

  export type AnyAnswer = { readonly ok: true; readonly value: PlainValue } | Failure;

  export interface Mount {
    /** \`'lecture'\`: what is there can be read; opening for writing fails as in the classic PyPy sandbox. */
    readonly mode?: 'read-write' | 'read-only' | 'lecture';
    /** Files to begin with: path below the mount, and text. */
    readonly files?: { readonly [path: string]: string };
  }

  export interface Quotas {
    /** Bytes of one file. */
    readonly fileBytes?: number;
    /** Bytes of all files. */
    readonly totalBytes?: number;
    /** Number of files and folders. */
    readonly files?: number;
    /** Number of open descriptors. */
    readonly descriptors?: number;
  }

  export interface Identity {
    readonly hostname?: string;
    readonly user?: string;
    readonly uid?: number;
    readonly gid?: number;
    /** Variables of the environment. */
    readonly env?: { readonly [name: string]: string };
  }

  export interface Limits {
    //LIMITS
  }

  export interface PolicySpec {
    /** Python modules that are imported before the script begins, such as \`'json'\`: the run starts sooner, and the imports make no rows. */
    readonly modules?: readonly string[];
    /** Folders of the guest's world, by path. They live in memory. */
    readonly mounts?: { readonly [path: string]: Mount };
    readonly quotas?: Quotas;
    readonly identity?: Identity;
    readonly limits?: Limits;
    /** The first rule that fits a call decides. */
    readonly rules?: readonly Rule[];
    readonly middleware?: Middleware;
    /** What happens to a call that no rule fits; \`'deny'\` where nothing is said. */
    readonly otherwise?: 'allow' | 'deny' | Denied;
    /** \`'rules'\`: the rules also judge how the interpreter reads its own library. */
    readonly runtime?: 'allow' | 'rules';
  }

  export interface Policy extends PolicySpec {
    readonly rules: readonly Rule[];
  }

  /**
   * A policy. The file policy.ts exports one as its default.
   *
   * @example export default policy({ rules: [...standard.rules] });
   */
  export function policy(spec: PolicySpec): Policy;

  /** The policy of a new bench: /tmp can be written within quotas, no network, no other processes. */
  export const standard: Policy;

  /** What the classic PyPy sandbox controller did. */
  export const lecture: Policy;

  /** What is known about a file; times in seconds, or as \`[seconds, nanoseconds]\`. */
  export interface Stat {
    readonly mode: number;
    readonly size: number;
    readonly ino: number;
    readonly dev: number;
    readonly nlink: number;
    readonly uid: number;
    readonly gid: number;
    readonly rdev?: number;
    readonly blksize?: number;
    readonly blocks?: number;
    readonly atime: number | readonly [number, number];
    readonly mtime: number | readonly [number, number];
    readonly ctime: number | readonly [number, number];
  }

  export interface Statvfs {
    readonly bsize: number;
    readonly frsize: number;
    readonly blocks: number;
    readonly bfree: number;
    readonly bavail: number;
    readonly files: number;
    readonly ffree: number;
    readonly favail: number;
    readonly fsid?: number;
    readonly flag: number;
    readonly namemax: number;
  }

  export interface Termios {
    readonly iflag: number;
    readonly oflag: number;
    readonly cflag: number;
    readonly lflag: number;
    readonly line: number;
    readonly cc: readonly number[];
    readonly ispeed: number;
    readonly ospeed: number;
  }
}

/** Prints to the notices of the run. */
declare const console: {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  debug(...values: unknown[]): void;
};
`.trimStart();
