import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Log, Now } from '@bulkhead/kernel';
import { listenOnSocket } from '@bulkhead/wire';
import type { CompartmentReceiver } from './compartment.actions.ts';
import type { Feedback } from './message.rules.ts';
import { WalClient } from './wal-client.actions.ts';

const CLIENTS = 8;
/** For so long a standby that went away is still counted: it may only be starting again. */
const FEEDBACK_KEPT_MS = 60_000;
const NOTHING: Feedback = { xmin: 0n, catalogXmin: 0n };

type WalServerOptions = { readonly receiver: CompartmentReceiver; readonly secret: string; readonly now: Now; readonly log: Log };

/**
 * Serves a compartment's archive to its jailed standbys in PostgreSQL's own protocol: a standby needs no access to
 * headquarters, and never has a byte that is not durable here [R7].
 */
export class WalServer {
  readonly #receiver: CompartmentReceiver;
  readonly #server: Server;
  readonly #secret: string;
  readonly #now: Now;
  readonly #clients = new Map<Socket, Feedback>();
  readonly #endWatch: () => void;
  #forget: NodeJS.Timeout | undefined;

  private constructor({ receiver, secret, now, log }: WalServerOptions) {
    this.#receiver = receiver;
    this.#secret = secret;
    this.#now = now;
    this.#server = createServer((socket) => this.#welcome(socket, log));
    let joined = receiver.archive;
    this.#endWatch = receiver.watch(() => {
      const at = receiver.archive;
      if (at?.lineage !== joined?.lineage || at?.timeline !== joined?.timeline) this.#sendAllAway();
      joined = at;
    });
  }

  /** Listens in `directory`, made for this user alone if it is missing. Who comes in must know the secret besides. */
  static async listen(options: WalServerOptions & { readonly directory: string }): Promise<WalServer> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const server = new WalServer(options);
    await listenOnSocket(server.#server, join(options.directory, '.s.PGSQL.5432'), 0o666);
    return server;
  }

  async close(): Promise<void> {
    this.#endWatch();
    clearTimeout(this.#forget);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#sendAllAway();
    await closed;
  }

  #welcome(socket: Socket, log: Log): void {
    if (this.#clients.size >= CLIENTS) return void socket.destroy();
    this.#clients.set(socket, NOTHING);
    const client = new WalClient({
      socket,
      receiver: this.#receiver,
      secret: this.#secret,
      now: this.#now,
      onFeedback: (feedback) => {
        this.#clients.set(socket, feedback);
        this.#tellFeedback();
      },
      processId: randomInt(1, 2 ** 31 - 1),
    });
    socket.once('close', () => {
      this.#clients.delete(socket);
      clearTimeout(this.#forget);
      this.#forget = setTimeout(() => this.#tellFeedback(), FEEDBACK_KEPT_MS).unref();
    });
    client.serve().catch((error: Error) => {
      log.warn({ err: error, compartment: this.#receiver.name }, 'serving WAL to a standby ended');
      socket.destroy();
    });
  }

  #sendAllAway(): void {
    for (const socket of this.#clients.keys()) socket.destroy();
  }

  #tellFeedback(): void {
    const all = [...this.#clients.values()];
    this.#receiver.setFeedback({
      xmin: oldest(all.map((one) => one.xmin)),
      catalogXmin: oldest(all.map((one) => one.catalogXmin)),
    });
  }
}

function oldest(xids: readonly bigint[]): bigint {
  return xids.filter((xid) => xid !== 0n).reduce((left, right) => (left !== 0n && left < right ? left : right), 0n);
}
