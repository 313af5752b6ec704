/** What the sockets of one run have in common: the network, the names of AF_UNIX, and the budgets of all sockets together. */
import { Budget } from './budget.ts';
import { Loopback } from './loopback.ts';
import type { Network } from './network.ts';
import { UnixNames } from './unixNames.ts';

/**
 * Bytes on their way in all sockets of one run, in memory outside the heap that the worker's limit bounds. Some 150 connections full
 * both ways, or thousands of ordinary ones; beyond it senders wait and datagrams are lost.
 */
const MAX_SOCKET_BYTES = 32 * 1024 * 1024;

/**
 * Connections of one run that wait to be accepted. They have no descriptor, so the limit on those does not bound them; beyond it every
 * listener behaves as if its backlog were full.
 */
const MAX_PENDING = 256;

/**
 * Interests in all epoll lists of one run: each is woken with what it watches, so they bound what one byte written may cost (a millisecond
 * or so). As many as the descriptors that a guest may have; beyond it, ENOSPC, as Linux says at its own limit.
 */
const MAX_WATCHES = 4096;

export class GuestNet {
  readonly network: Network;
  readonly unix = new UnixNames();
  readonly bytes = new Budget(MAX_SOCKET_BYTES);
  /** Connections that wait to be accepted, at all listeners together. */
  readonly pending = new Budget(MAX_PENDING);
  readonly watches = new Budget(MAX_WATCHES);

  constructor(network: Network = new Loopback()) {
    this.network = network;
    network.joined?.(this);
  }
}
