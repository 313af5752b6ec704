/**
 * Why a test is refused by design. A failure that none of these explains is none by design: it is to be mended, or its reason to be
 * written down here.
 */

interface Reason {
  readonly text: string;
  /** Of the test's name and the last line of its error, a space between. */
  readonly fits: RegExp;
}

/** The interpreter fails at it without a sandbox, too. */
export const INTERPRETER = 'the interpreter fails at it without a sandbox, too';

const REASONS: readonly Reason[] = [
  {
    text: 'no other processes',
    fits: /fork|\(in (_execute_child|_spawnvef|simple_subprocess|_posix_spawn)\)|(RuntimeError|PermissionError): .*\(in test_\w*(process|fork)/i,
  },
  { text: 'no named pipes', fits: /(fifo|named_pipe).*Errno 38/ },
  { text: 'no terminals that a guest makes', fits: /pty.*Errno 38/ },
  { text: 'no signals to single threads', fits: /SocketWriterTest.test_write .*sent2/ },
  { text: 'no messages that carry descriptors', fits: /\(in send_fds\)/ },
  { text: 'no names of services: there is no /etc/services', fits: /Servname not supported|testGetServBy/ },
  { text: 'no scopes of addresses: there is one interface', fits: /ipv6_scope/ },
  { text: 'nobody answers for addresses by name', fits: /test_host_resolution.*herror/ },
  { text: 'one socket a port', fits: /reuse_port.*Errno 92/ },
  { text: 'nobody gives the machine another name', fits: /test_sethostname.*Errno 38/ },
];

export function reasonOf(test: string, why: string): string | null {
  return REASONS.find(({ fits }) => fits.test(`${test} ${why}`))?.text ?? null;
}
