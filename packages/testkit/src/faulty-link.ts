import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Lane, type LinkConditions } from './lane.ts';

export type { LinkConditions } from './lane.ts';
/** A Unix socket, or a TCP port; port 0 takes a free one. */
export type LinkEnd = { readonly path: string } | { readonly host: string; readonly port: number };
/** `up`: from the one who connects. */
export type LinkWay = 'up' | 'down';
const WAYS = ['up', 'down'] as const;

type Pair = { readonly client: Socket; readonly server: Socket; readonly lanes: Readonly<Record<LinkWay, Lane>> };

/**
 * A link between two processes, with the faults that a test orders while it carries: late, slow, stalled, reset, cut.
 * It passes bytes on as they are, holds at most a few MiB of each connection, and makes the sender wait beyond.
 */
export class FaultyLink {
  readonly #server: Server;
  readonly #to: LinkEnd;
  readonly #conditions: LinkConditions = { latencyMs: 0, bytesPerSecond: undefined };
  readonly #pairs = new Set<Pair>();
  readonly #stalled = new Set<LinkWay>();
  readonly #carried: Record<LinkWay, number> = { up: 0, down: 0 };
  readonly #budget: Record<LinkWay, number> = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
  #isCut = false;

  private constructor(to: LinkEnd) {
    this.#to = to;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.#join(client));
  }

  /** Begins to listen at one end for what is to reach the other. */
  static async open(ends: { readonly listen: LinkEnd; readonly to: LinkEnd }): Promise<FaultyLink> {
    const link = new FaultyLink(ends.to);
    link.#server.listen(ends.listen);
    await once(link.#server, 'listening');
    return link;
  }

  /** The port listened on, if it is one. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('this link listens on no port');
    return address.port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Bytes handed over so far, each way. */
  get carriedBytes(): Readonly<Record<LinkWay, number>> {
    return { ...this.#carried };
  }

  /** What holds for all that is sent from now on. */
  set(conditions: Partial<LinkConditions>): void {
    Object.assign(this.#conditions, conditions);
  }

  /** Nothing arrives any more, and nobody is told: the way of a dead cable, or of a firewall that forgot the connection. */
  stall(...ways: readonly LinkWay[]): void {
    for (const way of ways.length === 0 ? WAYS : ways) {
      this.#stalled.add(way);
      for (const { lanes } of this.#pairs) lanes[way].stall();
    }
  }

  /** Ends every stall: what was on the way arrives. */
  flow(): void {
    this.#stalled.clear();
    for (const { lanes } of this.#pairs) for (const way of WAYS) lanes[way].flow();
  }

  /** Ends every connection at once, both ways; what was on the way is lost. New ones are let through. */
  reset(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Resets when so many bytes more went one way: in the midst of a message, whatever it is. */
  resetAfter(bytes: number, way: LinkWay = 'down'): void {
    this.#budget[way] = bytes;
  }

  /** Resets, and lets nobody through until it is mended. */
  cut(): void {
    this.#isCut = true;
    this.reset();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#isCut) return resetSocket(client);
    const server = connect({ ...this.#to, allowHalfOpen: true });
    server.on('error', () => undefined);
    for (const socket of [client, server]) socket.setNoDelay(true);
    const pair = { client, server, lanes: { up: this.#lane('up', client, server), down: this.#lane('down', server, client) } };
    this.#pairs.add(pair);
    for (const socket of [client, server]) socket.once('close', (hadError) => this.#closed(pair, hadError));
    client.resume();
  }

  #lane(way: LinkWay, from: Socket, into: Socket): Lane {
    const isStalled = this.#stalled.has(way);
    return new Lane({ from, into, conditions: this.#conditions, isStalled, onCarried: (bytes) => this.#count(way, bytes) });
  }

  #count(way: LinkWay, bytes: number): void {
    this.#carried[way] += bytes;
    this.#budget[way] -= bytes;
    if (this.#budget[way] > 0) return;
    this.#budget[way] = Number.POSITIVE_INFINITY;
    this.reset();
  }

  // One side that breaks takes the other with it; one that has ended in good order waits until all has arrived.
  #closed(pair: Pair, hadError: boolean): void {
    if (hadError || !(pair.client.writableEnded || pair.server.writableEnded)) this.#end(pair);
    if (pair.client.destroyed && pair.server.destroyed) this.#pairs.delete(pair);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const way of WAYS) pair.lanes[way].drop();
    for (const socket of [pair.client, pair.server]) resetSocket(socket);
  }
}

// A Unix socket knows no reset: its peer sees the end, in the midst of whatever it reads.
function resetSocket(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
