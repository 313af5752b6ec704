/**
 * `npm run fuzz`: both ends of the wire, for longer than the tests have time. `--rounds N` (of each), `--seed N`. What it finds is printed
 * as a file for the corpus.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { fuzzedStream, requestCorpus, takeStream, textOf } from './requestFuzz.ts';

const DEFAULT_ROUNDS = 200_000;

/** A round of the host's side costs a fiftieth of one of ours. */
const HOST_ROUNDS = 20;

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
const seed = Number(values.seed ?? 1 + (Date.now() % 1_000_000));
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  console.error('--rounds and --seed are whole numbers');
  process.exit(2);
}

const corpus = requestCorpus();
let frames = 0;
const found = fc.check(
  fc.property(fuzzedStream(corpus), (fuzzed) => {
    frames += takeStream(fuzzed);
  }),
  { numRuns: rounds, seed },
);
console.log(`requestFuzz: ${corpus.length} files, ${rounds} rounds, ${frames} frames accepted, seed ${seed}`);
const [fuzzed] = found.counterexample ?? [];
if (fuzzed !== undefined) {
  console.error(found.errorInstance);
  console.error(`# the stream of the failure: keep it in corpus/requests\n${textOf(fuzzed.stream)}`);
  process.exitCode = 1;
}
const native = fileURLToPath(new URL('..', import.meta.url));
const host = spawnSync(
  'make',
  ['--silent', '--no-print-directory', '-C', native, 'fuzz', `ROUNDS=${rounds * HOST_ROUNDS}`, `SEED=${seed}`],
  { stdio: 'inherit' },
);
if (host.status !== 0) process.exitCode = 1;
