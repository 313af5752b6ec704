/** How long a person at a prompt waits: for the echo of a key, and for the answer to a line. */
import { pause } from './scenario.ts';
import type { Student } from './student.ts';

/** Nobody takes a terminal for alive that shows nothing for so long. */
const LOST_MS = 10_000;

/** Pauses between strokes are of different length, so that they do not fall in step with what is measured. */
const MIN_PAUSE_MS = 20;
const MORE_PAUSE_MS = 40;

const BACKSPACE = '\x7f';
const PROMPT = '>>> ';

/** Milliseconds of each of `count` strokes at a prompt that waits; a stroke that was lost counts as {@link LOST_MS}. */
export async function echoes(student: Student, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    times.push((await student.echo(i % 2 === 0 ? '7' : BACKSPACE, LOST_MS)) ?? LOST_MS);
    await pause(MIN_PAUSE_MS + Math.random() * MORE_PAUSE_MS);
  }
  if (count % 2 === 1) await student.echo(BACKSPACE, LOST_MS);
  return times;
}

/** Milliseconds from Enter to the next prompt, for lines that compute nothing. */
export async function answers(student: Student, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const prompt = student.when((event) => event.type === 'out' && event.data.endsWith(PROMPT), LOST_MS);
    student.type(`${i}\n`);
    times.push((await prompt) ?? LOST_MS);
    await pause(MIN_PAUSE_MS + Math.random() * MORE_PAUSE_MS);
  }
  return times;
}
