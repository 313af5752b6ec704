/**
 * The corpus of hostile policies, `server/policies/hostile`: one small file each, kept for ever. The first line says what it does, the second
 * what has to come of it: `refused PATTERN` when it is loaded, or the codes of the verdict that it earns. `// here` marks the line
 * that the verdict has to point at.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { CallRequest, Decision, PolicyEngine } from '@sandtable/shared/policy/model';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadPolicy } from './loadPolicy.ts';

const FOLDER = new URL('../../../policies/hostile/', import.meta.url);

/** Longest that one hostile call may hold its thread: deadline and grace, and room for a busy machine. */
const LONGEST_MS = 1500;

/** Processor time of this process: what a policy costs, however busy the machine is. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const STAT: CallRequest = { call: 'll_os_stat', args: { path: 'x' }, path: '/tmp/x', access: 'read' };
const OUTCOME = { ok: true, value: { size: 1 } } as const;

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const expected = (source: string): string => /^\/\/ expects: (.*)$/m.exec(source)![1]!;

/** Line of the mark, from 1; 0 where there is none. */
const markedLine = (source: string): number =>
  source.split('\n').findIndex((line) => line.includes('// here')) + 1;

function ready(engine: PolicyEngine): PolicyEngine {
  engine.resolve = (call, args) => ({
    call,
    args,
    path: typeof args['path'] === 'string' ? args['path'] : '',
    access: 'read',
  });
  engine.beginGuest();
  return engine;
}

let bystander: PolicyEngine;
beforeAll(async () => {
  const loaded = await loadPolicy(`
    import { answer, policy } from 'sandtable';
    export default policy({ middleware: { ll_os_stat: () => answer({ size: 42 }) } });
  `);
  if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
  bystander = ready(loaded.engine);
});

afterEach(async () => {
  const decision = await bystander.decide(STAT, () => OUTCOME);
  expect(decision.seen, 'another policy on the same thread goes on as before').toEqual({
    ok: true,
    value: { size: 42 },
  });
  expect(({} as Record<string, unknown>)['polluted'], 'nothing of the host has changed').toBeUndefined();
});

describe('policies that are refused', () => {
  it.each(files.filter((name) => expected(read(name)).startsWith('refused')))('%s', async (name) => {
    const source = read(name);
    const began = cpuMs();
    const loaded = await loadPolicy(source);
    expect(cpuMs() - began).toBeLessThan(LONGEST_MS * 2);
    if (loaded.ok) loaded.engine.dispose();
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    expect(loaded.diagnostics.map(({ message }) => message).join('\n')).toMatch(
      new RegExp(expected(source).slice('refused '.length)),
    );
    for (const { line, column } of loaded.diagnostics) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
    }
  });
});

describe('policies whose functions misbehave', () => {
  it.each(files.filter((name) => !expected(read(name)).startsWith('refused')))('%s', async (name) => {
    const source = read(name);
    const loaded = await loadPolicy(source);
    if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
    const engine = ready(loaded.engine);
    const performed: CallRequest[] = [];
    const decide = (): Decision | Promise<Decision> =>
      engine.decide(STAT, (request) => {
        performed.push(request);
        return OUTCOME;
      });
    const began = cpuMs();
    const decision = await decide();
    expect(cpuMs() - began).toBeLessThan(LONGEST_MS);
    expect(decision.verdict.kind).toBe('deny');
    expect(decision.seen).toEqual({ ok: false, errno: 'EACCES' });
    const rule = engine.rules[decision.verdict.rule]!;
    expect(expected(source).split(' ')).toContain(rule.code);
    expect(rule.layer).toBe('student');
    expect(decision.verdict.reason!.length).toBeLessThan(600);
    expect(rule.at).toBeDefined();
    if (markedLine(source) > 0) expect(rule.at!.line).toBe(markedLine(source));
    // At most once, and never with anything but what the guest asked.
    expect(performed.length).toBeLessThanOrEqual(1);
    for (const request of performed) expect(request.path).toBe('/tmp/x');
    // The same again: what it did once it cannot do better the second time, and calls without a function are judged as ever.
    const again = await decide();
    expect(again.verdict.kind).toBe('deny');
    const other = await engine.decide({ call: 'll_os_getcwd', args: {}, access: 'none' }, () => ({
      ok: true,
      value: '/tmp',
    }));
    expect(other.seen).toEqual({ ok: true, value: '/tmp' });
    engine.dispose();
  });
});
