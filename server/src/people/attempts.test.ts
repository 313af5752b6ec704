import { describe, expect, test } from 'vitest';
import { Attempts } from './attempts.ts';

const fail = (attempts: Attempts, times: number, name: string, address: string, now = 0): void => {
  for (let i = 0; i < times; i++) {
    attempts.begins(name, address, now);
    attempts.failed(address, now);
  }
};

describe('attempts', () => {
  test('a person may be wrong a few times, then each failure makes the wait twice as long', () => {
    const attempts = new Attempts();
    fail(attempts, 4, 'ada', '10.0.0.1');
    expect(attempts.wait('ada', '10.0.0.1', 0)).toBe(0);
    const waits = [1, 2, 3, 4].map(() => {
      fail(attempts, 1, 'ada', '10.0.0.1');
      return attempts.wait('ada', '10.0.0.1', 0);
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(attempts.wait('ada', '10.0.0.1', 3_000)).toBe(5_000);
    expect(attempts.wait('ada', '10.0.0.1', 8_000)).toBe(0);
  });

  test('whoever guesses a name elsewhere does not keep its person out for more than half a minute', () => {
    const attempts = new Attempts();
    for (let i = 0; i < 1_000; i++) fail(attempts, 1, 'ada', `10.0.${i % 250}.9`);
    expect(attempts.wait('ada', '192.168.1.1', 0)).toBe(30_000);
    expect(attempts.wait('ada', '192.168.1.1', 30_000)).toBe(0);
  });

  test('one address that tries many names is slowed down for every name; a class that mistypes is not', () => {
    const attempts = new Attempts();
    for (let i = 0; i < 99; i++) fail(attempts, 1, `student${i}`, '10.0.0.1');
    expect(attempts.wait('ada', '10.0.0.1', 0)).toBe(0);
    for (let i = 0; i < 30; i++) fail(attempts, 1, `student${i}`, '10.0.0.1');
    expect(attempts.wait('ada', '10.0.0.1', 0)).toBeGreaterThan(200_000);
    expect(attempts.wait('ada', '10.0.0.2', 0)).toBe(0);
  });

  test('being right ends the wait for that name at that address; an hour ends every wait', () => {
    const attempts = new Attempts();
    fail(attempts, 10, 'ada', '10.0.0.1');
    attempts.succeeded('ada', '10.0.0.1');
    expect(attempts.wait('ada', '10.0.0.1', 0)).toBe(0);
    fail(attempts, 30, 'bob', '10.0.0.1');
    expect(attempts.wait('bob', '10.0.0.1', 60 * 60_000 + 1)).toBe(0);
  });

  test('a class that signs in at the same moment from one address, again and again, does not wait', () => {
    const attempts = new Attempts();
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 200; i++) {
        expect(attempts.wait(`student${i}`, '10.0.0.1', 0)).toBe(0);
        attempts.begins(`student${i}`, '10.0.0.1', 0);
      }
      for (let i = 0; i < 200; i++) attempts.succeeded(`student${i}`, '10.0.0.1');
    }
    expect(attempts.wait('student0', '10.0.0.2', 0)).toBe(0);
  });

  test('a flood of names is forgotten in the order in which it came', () => {
    const attempts = new Attempts();
    fail(attempts, 10, 'first', '10.0.0.1');
    for (let i = 0; i < 25_000; i++) fail(attempts, 1, `n${i}`, '10.9.9.9');
    expect(attempts.wait('first', '10.0.0.1', 0)).toBe(0);
    expect(attempts.wait('any', '10.9.9.9', 0)).toBeGreaterThan(0);
  });
});
