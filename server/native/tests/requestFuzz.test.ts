import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzedStream, requestCorpus, takeStream, textOf } from './requestFuzz.ts';

describe('request streams', () => {
  const corpus = requestCorpus();

  it('of the corpus are taken or refused, and most of them taken', () => {
    const accepted = corpus.map((stream) => takeStream({ stream, cuts: [] }));
    expect(accepted.filter((frames) => frames > 0).length).toBeGreaterThan(corpus.length / 2);
  });

  it('that were changed do no harm', () => {
    fc.assert(
      fc.property(fuzzedStream(corpus), (fuzzed) => {
        takeStream(fuzzed);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are written as a corpus file has them', () => {
    expect(textOf(Uint8Array.of(1, 0xab, 0))).toBe('01 ab 00');
  });
});
