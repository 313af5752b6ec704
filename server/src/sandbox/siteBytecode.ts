/**
 * Bytecode of the module that the controller adds to the interpreter's library, so that a start does not compile it: a fortieth of a start
 * from nothing.
 *
 * The machine's own PyPy compiles it, once for each text and outside of any sandbox: the text is the platform's, no guest and no policy has a
 * word in it but names of modules. Bytecode of another version than the guest's interpreter is passed over by that, as by any Python.
 */
import { spawn } from 'node:child_process';

export interface Bytecode {
  /** Of the file below `__pycache__`, as this interpreter calls it. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** A text takes a tenth of a second; a machine that is too busy for this goes without. */
const COMPILE_MS = 10_000;

/** One for each list of modules that policies ask for; the usual one is there first. */
const MAX_TEXTS = 16;

/** Says which text it is in the stack of its frames. */
const FILE = 'sitecustomize.py';

/** First a line with the name, then the file: hash-based and unchecked (PEP 552), because the text that it is of cannot change. */
const COMPILER = `
import importlib.util, marshal, sys
code = compile(sys.stdin.buffer.read(), sys.argv[1], "exec")
name = "sitecustomize.%s.pyc" % sys.implementation.cache_tag
head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
sys.stdout.buffer.write(name.encode() + b"\\n" + head + marshal.dumps(code))
`;

const compiled = new Map<string, Bytecode>();

/** The bytecode of a text that {@link compileSite} has compiled by now, or null. */
export function siteBytecode(text: string): Bytecode | null {
  return compiled.get(text) ?? null;
}

/** Compiles it for all later starts of this thread. Where that fails, they compile it themselves. */
export async function compileSite(text: string): Promise<void> {
  if (compiled.has(text) || compiled.size >= MAX_TEXTS) return;
  const output = await outputOf('pypy3', ['-I', '-S', '-c', COMPILER, FILE], text);
  const end = output.indexOf(0x0a);
  const name = output.subarray(0, Math.max(0, end)).toString('latin1');
  if (!/^sitecustomize\.[a-z0-9]+\.pyc$/.test(name)) return;
  compiled.set(text, { name, data: Uint8Array.from(output.subarray(end + 1)) });
}

/** What it printed; nothing where it could not be started or failed. */
function outputOf(program: string, args: readonly string[], input: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: COMPILE_MS,
    });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(Buffer.alloc(0)));
    child.on('close', (status) => resolve(status === 0 ? Buffer.concat(pieces) : Buffer.alloc(0)));
    child.stdin.end(input);
  });
}
