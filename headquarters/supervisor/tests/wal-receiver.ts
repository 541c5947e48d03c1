import { connectionTo } from '@bulkhead/postgres';
import { Client } from 'pg';

/** What node-postgres has inside a client, as far as replication needs it. */
type Wire = {
  readonly on: (event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void) => void;
  readonly sendCopyFromChunk: (chunk: Buffer) => void;
};

const WAL_HEADER = 25;
const EPOCH_2000_MS = 946_684_800_000;
/** The first that a database of ours gives to a transaction. */
const OLDEST_XID = 700;

/** The synchronous party off-site, for tests: it confirms what it receives and keeps nothing. Tries again until it is stopped. */
export class WalReceiver {
  readonly #socketDirectory: string;
  readonly #password: string;
  #client: Client | undefined;
  #isStopped = false;

  constructor(socketDirectory: string, password: string) {
    this.#socketDirectory = socketDirectory;
    this.#password = password;
    void this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#client?.end().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#stream().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #stream(): Promise<void> {
    const config = connectionTo(this.#socketDirectory, {
      database: 'example',
      role: 'offsite',
      password: this.#password,
      applicationName: 'offsite',
    });
    const client = new Client({ ...config, replication: 'true' } as typeof config);
    client.on('error', () => undefined);
    await client.connect();
    this.#client = client;
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    const { rows } = await client.query<{ xlogpos: string; timeline: string }>('IDENTIFY_SYSTEM');
    const from = rows[0];
    if (!from) throw new Error('no position');
    const wire = (client as unknown as { readonly connection: Wire }).connection;
    wire.on('copyData', ({ chunk }) => {
      const kind = String.fromCharCode(chunk[0] ?? 0);
      if (kind === 'w') confirm(wire, chunk.readBigUInt64BE(1) + BigInt(chunk.length - WAL_HEADER));
      if (kind === 'k' && chunk[17] === 1) confirm(wire, chunk.readBigUInt64BE(1));
    });
    client.query(`START_REPLICATION PHYSICAL ${from.xlogpos} TIMELINE ${from.timeline}`).catch(() => undefined);
    await ended;
  }
}

function confirm(wire: Wire, position: bigint): void {
  const message = Buffer.alloc(34);
  message.write('r', 0);
  for (const at of [1, 9, 17]) message.writeBigUInt64BE(position, at);
  message.writeBigInt64BE(BigInt(Date.now() - EPOCH_2000_MS) * 1000n, 25);
  wire.sendCopyFromChunk(message);
}

/** Streams by off-site's slot and asks, as a standby that decodes does, that old rows of the catalog be kept. */
export async function keepCatalog(socketDirectory: string, password: string): Promise<Client> {
  const config = connectionTo(socketDirectory, { database: 'example', role: 'offsite', password, applicationName: 'standby' });
  const client = new Client({ ...config, replication: 'true' } as typeof config);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE_REPLICATION_SLOT offsite PHYSICAL RESERVE_WAL');
  const { rows } = await client.query<{ xlogpos: string; timeline: string }>('IDENTIFY_SYSTEM');
  const [from] = rows;
  if (!from) throw new Error('no position');
  const wire = (client as unknown as { readonly connection: Wire & { readonly once: (name: string, then: () => void) => void } })
    .connection;
  const streaming = new Promise<void>((resolve) => wire.once('replicationStart', resolve));
  client.query(`START_REPLICATION SLOT offsite PHYSICAL ${from.xlogpos} TIMELINE ${from.timeline}`).catch(() => undefined);
  await streaming;
  const message = Buffer.alloc(25);
  message.write('h', 0);
  message.writeBigInt64BE(BigInt(Date.now() - EPOCH_2000_MS) * 1000n, 1);
  message.writeUInt32BE(OLDEST_XID, 17);
  wire.sendCopyFromChunk(message);
  return client;
}
