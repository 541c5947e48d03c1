import type { Client, Connection, Submittable } from 'pg';

/** How isolated a transaction is from others. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/**
 * Begins a transaction and puts its token into the WAL, in one round trip: both statements travel before one Sync.
 * The token is a bound parameter, so that `pg_stat_activity` does not show it.
 * Resolves with the transaction's id. After a rejection the client must be discarded.
 */
export function beginTagged(client: Client, token: string, isolation: Isolation): Promise<string> {
  return new Promise((resolve, reject) => {
    client.query(new TaggedBegin(token, isolation, resolve, reject));
  });
}

// What the driver calls on the query that is in flight; see `Client` in pg/lib/client.js.
class TaggedBegin implements Submittable {
  readonly #token: string;
  readonly #isolation: Isolation;
  readonly #resolve: (xid: string) => void;
  readonly #reject: (error: unknown) => void;
  #xid: string | undefined;
  // The driver sets it unless there is one.
  readonly callback = () => undefined;

  constructor(token: string, isolation: Isolation, resolve: (xid: string) => void, reject: (error: unknown) => void) {
    this.#token = token;
    this.#isolation = isolation;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    try {
      send(connection, `begin isolation level ${this.#isolation}`, []);
      send(connection, 'select bulkhead.tag($1)::text', [this.#token]);
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleDataRow(message: { readonly fields: readonly unknown[] }): void {
    const [xid] = message.fields;
    if (typeof xid === 'string') this.#xid = xid;
    else if (Buffer.isBuffer(xid)) this.#xid = xid.toString('ascii');
  }

  handleReadyForQuery(): void {
    if (this.#xid === undefined) this.#reject(new Error('the server gave no transaction id'));
    else this.#resolve(this.#xid);
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

function send(connection: Connection, text: string, values: string[]): void {
  connection.parse({ name: '', text, types: [] }, true);
  connection.bind({ portal: '', statement: '', values }, true);
  connection.execute({ portal: '' }, true);
}
