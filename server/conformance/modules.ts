/** Which of the standard library's tests are run: all of them by `npm run conformance`, some by `npm test`. */

export interface TestModule {
  readonly name: string;
  /** Part of `npm test`, which has some 90 s for all of them on two busy cores. */
  readonly quick: boolean;
  /** Patterns of tests that only `npm run conformance` runs, because they mostly wait. */
  readonly slow?: readonly string[];
  /** Patterns of tests that are never run, each with why not. */
  readonly never?: Readonly<Record<string, string>>;
}

const quick = (name: string, slow: readonly string[] = [], never: TestModule['never'] = {}): TestModule => ({
  name,
  quick: true,
  slow,
  never,
});
const full = (name: string, never: TestModule['never'] = {}): TestModule => ({ name, quick: false, never });

export const MODULES: readonly TestModule[] = [
  quick('test.test_threading'),
  quick('test.test_queue'),
  quick('test.test_select'),
  quick('test.test_selectors', ['*.test_select_interrupt_*', '*.test_timeout']),
  quick('test.test_poll'),
  quick('test.test_epoll'),
  quick('test.test_tempfile'),
  quick('test.test_shutil'),
  quick('test.test_pathlib'),
  quick('test.test_json'),
  quick('test.test_hashlib', [], { 'KDFTests.test_pbkdf2_hmac_py': 'computes for half a minute' }),
  quick('test.test_socketserver', ['*Forking*']),
  quick('test.test_asyncio.test_streams'),
  quick('test.test_asyncio.test_server'),
  quick('test.test_asyncio.test_sock_lowlevel'),
  quick('test.test_asyncio.test_selector_events'),
  // Each test is there three times, for each way of waiting; those of TLS make keys.
  quick('test.test_asyncio.test_events', ['PollEventLoopTests.*', 'SelectEventLoopTests.*', '*ssl*']),
  quick('test.test_asyncio.test_queues'),
  quick('test.test_asyncio.test_locks'),
  quick('test.test_asyncio.test_runners'),
  quick('test.test_asyncio.test_threads'),
  quick('test.test_asyncio.test_waitfor'),
  full('test.test_asyncio.test_base_events'),
  full('test.test_asyncio.test_buffered_proto'),
  full('test.test_asyncio.test_context'),
  full('test.test_asyncio.test_futures'),
  full('test.test_asyncio.test_pep492'),
  full('test.test_asyncio.test_protocols'),
  full('test.test_asyncio.test_sendfile'),
  full('test.test_asyncio.test_tasks'),
  full('test.test_asyncio.test_transports'),
  full('test.test_asyncio.test_unix_events'),
  full('test.test_socket', {
    '*ecvmsg*': 'no messages with more in them than bytes: sendmsg and recvmsg could carry descriptors',
    '*endmsg*': 'no messages with more in them than bytes: sendmsg and recvmsg could carry descriptors',
  }),
];
