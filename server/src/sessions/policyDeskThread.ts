/** The thread that checks policies: the TypeScript compiler takes a second and a hundred megabytes, which is nothing for the main thread. */
import type { Diagnostic } from '@sandtable/shared/protocol';
import { loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import { answerQuestions } from './thread.ts';

const questions = {
  async check(source: string): Promise<readonly Diagnostic[]> {
    const loaded = await loadPolicy(source);
    if (!loaded.ok) return loaded.diagnostics;
    loaded.engine.dispose();
    return [];
  },
};

export type PolicyQuestions = typeof questions;

answerQuestions(questions);
