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
/** For so long the rows of a standby that went away are kept: it may only be starting again. */
const ROWS_KEPT_MS = 60_000;
/** Old rows of the catalog are few, and without them its slot is lost: they are kept as long as building a jail may take. */
const CATALOG_KEPT_MS = 21_600_000;

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
  /** What each standby needs; undefined until it has said so. */
  readonly #clients = new Map<Socket, Feedback | undefined>();
  readonly #endWatch: () => void;
  /** The oldest transaction that decoding needed when a standby last said so; undefined: none has since this process began. */
  #catalogXmin: bigint | undefined;
  #rowsTimer: NodeJS.Timeout | undefined;
  #catalogTimer: NodeJS.Timeout | undefined;

  private constructor({ receiver, secret, now, log }: WalServerOptions) {
    this.#receiver = receiver;
    this.#secret = secret;
    this.#now = now;
    this.#server = createServer((socket) => this.#welcome(socket, log));
    let joined = receiver.archive;
    this.#endWatch = receiver.watch(() => {
      const at = receiver.archive;
      if (at?.lineage !== joined?.lineage || at?.timeline !== joined?.timeline) this.#beginAnew();
      joined = at;
    });
    this.#awaitStandby();
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
    clearTimeout(this.#rowsTimer);
    clearTimeout(this.#catalogTimer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#sendAllAway();
    await closed;
  }

  #welcome(socket: Socket, log: Log): void {
    if (this.#clients.size >= CLIENTS) return void socket.destroy();
    this.#clients.set(socket, undefined);
    const client = new WalClient({
      socket,
      receiver: this.#receiver,
      secret: this.#secret,
      now: this.#now,
      onFeedback: (feedback) => {
        if (!this.#clients.has(socket)) return;
        this.#clients.set(socket, feedback);
        this.#tellFeedback();
      },
      processId: randomInt(1, 2 ** 31 - 1),
    });
    socket.once('close', () => {
      this.#clients.delete(socket);
      clearTimeout(this.#rowsTimer);
      this.#rowsTimer = setTimeout(() => this.#tellFeedback(), ROWS_KEPT_MS).unref();
      this.#awaitStandby();
    });
    client.serve().catch((error: Error) => {
      log.warn({ err: error, compartment: this.#receiver.name }, 'serving WAL to a standby ended');
      socket.destroy();
    });
  }

  #sendAllAway(): void {
    for (const socket of this.#clients.keys()) socket.destroy();
  }

  /** What was needed on the timeline that was left says nothing of the one that was joined. */
  #beginAnew(): void {
    this.#sendAllAway();
    this.#clients.clear();
    this.#catalogXmin = undefined;
    clearTimeout(this.#catalogTimer);
    this.#catalogTimer = undefined;
    this.#receiver.setFeedback(undefined);
    this.#awaitStandby();
  }

  /**
   * A standby that decodes nothing just now is making its slot, or is being built: headquarters goes on keeping what the one
   * before needed. A receiver that has just begun does not know what that was, and tells nothing.
   */
  #tellFeedback(): void {
    const all = [...this.#clients.values()].filter((one) => one !== undefined);
    const catalogXmin = oldest(all.map((one) => one.catalogXmin));
    if (catalogXmin === 0n) this.#awaitStandby();
    else {
      this.#catalogXmin = catalogXmin;
      clearTimeout(this.#catalogTimer);
      this.#catalogTimer = undefined;
    }
    if (this.#catalogXmin === undefined) return;
    this.#receiver.setFeedback({ xmin: oldest(all.map((one) => one.xmin)), catalogXmin: this.#catalogXmin });
  }

  /** For so long what the standby before needed is kept. */
  #awaitStandby(): void {
    this.#catalogTimer ??= setTimeout(() => {
      this.#catalogTimer = undefined;
      this.#catalogXmin = 0n;
      this.#tellFeedback();
    }, CATALOG_KEPT_MS).unref();
  }
}

function oldest(xids: readonly bigint[]): bigint {
  return xids.filter((xid) => xid !== 0n).reduce((left, right) => (left !== 0n && left < right ? left : right), 0n);
}
