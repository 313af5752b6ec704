/** One scenario on a server of its own: its figures, what the clients took of the machine, and what was left behind. */
import os from 'node:os';
import type { Figure } from '../bench/figures.ts';
import { measureBusy } from './busy.ts';
import { measureHostile } from './hostile.ts';
import { measureIdle } from './idle.ts';
import { OwnServer } from './ownServer.ts';
import type { Leftovers } from './ownServer.ts';
import { preferUs } from './preferUs.ts';
import { cpuOf, machineLoad } from './processes.ts';
import { plain } from './scenario.ts';
import type { Scenario, Sizes } from './scenario.ts';
import { measureStorm } from './storm.ts';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  idle: { title: 'Idle prompts with pages attached', measure: measureIdle },
  storm: { title: 'A storm of clicks on Run', measure: measureStorm },
  busy: { title: 'Guests that compute, beside somebody who types', measure: measureBusy },
  hostile: { title: 'Hostile neighbours', measure: measureHostile },
};

export interface LoadReport {
  readonly figures: readonly Figure[];
  readonly leftovers: Leftovers;
  /** What the server printed to standard error. */
  readonly complaints: readonly string[];
}

/** `first`: the server goes before the machine's other work. */
export async function runScenario(scenario: Scenario, sizes: Sizes, first = false): Promise<LoadReport> {
  const loadBefore = machineLoad();
  const server = await OwnServer.start({ first });
  const asBefore = preferUs();
  const begun = performance.now();
  const before = process.cpuUsage();
  let figures: readonly Figure[];
  let shares: readonly Figure[];
  let leftovers: Leftovers;
  try {
    figures = await scenario.measure(server, sizes);
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(before);
    const { server: serverSeconds, below } = cpuOf(server.pid);
    const machine = seconds * os.availableParallelism();
    const share = (used: number): string => `${((used / machine) * 100).toFixed(0)} %`;
    shares = [
      plain('the clients took of the machine', share((user + system) / 1e6)),
      plain('the server took of the machine', share(serverSeconds)),
      plain('guests and helpers took of the machine', share(below)),
      plain('load of the machine before', loadBefore.toFixed(1)),
    ];
  } finally {
    asBefore();
    leftovers = await server.close();
  }
  return { figures: [...figures, ...shares], leftovers, complaints: server.complaints };
}
