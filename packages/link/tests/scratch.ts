import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@bulkhead/kernel';
import { filesOfLink, Keyring, type LinkEnd, makeIdentity, openHeadquartersEnd, openOffsiteEnd } from '@bulkhead/link';
import { writeJsonDurably } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { listenOnSocket } from '@bulkhead/wire';

export const now = () => new Date();
const log = createLog('link', 'silent');

/** Two keyrings that know each other, as after the sites were joined. */
export async function makePair(directory: string): Promise<{ readonly headquarters: Keyring; readonly offsite: Keyring }> {
  const [headquarters, offsite] = [await makeKeyring(directory, 'headquarters'), await makeKeyring(directory, 'offsite')];
  await headquarters.pinPeer(offsite.pin);
  await offsite.pinPeer(headquarters.pin);
  return { headquarters, offsite };
}

export async function makeKeyring(directory: string, name: string): Promise<Keyring> {
  await mkdir(join(directory, name), { recursive: true });
  await writeJsonDurably(filesOfLink(join(directory, name)).identity, await makeIdentity(name, now()));
  return Keyring.open(join(directory, name));
}

/** A service of ours, as the link sees it: a server at a unix socket. */
export async function serveAt(path: string, answer: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy()).unref();
    answer(socket);
  });
  await listenOnSocket(server, path);
  return server;
}

/** Both ends of a link on the loopback, with a vault off-site and a database at headquarters. */
export class Scratch {
  readonly directory: string;
  headquarters: LinkEnd | undefined;
  offsite: LinkEnd | undefined;
  keys: { readonly headquarters: Keyring; readonly offsite: Keyring } | undefined;
  readonly servers: Server[] = [];
  atMost = 64;
  /** Of the watch that was begun last. */
  session = '';

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<Scratch> {
    const scratch = new Scratch(await mkdtemp(join(tmpdir(), 'bhl-')));
    scratch.keys = await makePair(scratch.directory);
    return scratch;
  }

  at(name: string): string {
    return join(this.directory, name);
  }

  get pair() {
    if (!this.keys) throw new Error('no keys');
    return this.keys;
  }

  get port(): number {
    return this.offsite?.status().port ?? 0;
  }

  async openOffsite(port = 0): Promise<void> {
    this.offsite = await openOffsiteEnd({
      keyring: this.pair.offsite,
      address: { host: '127.0.0.1', port },
      calls: { vault: this.at('vault.sock'), recovery: this.at('recovery.sock') },
      reaches: { 'website-pg': this.at('far-pg.sock') },
      descriptionFile: filesOfLink(this.at('offsite')).description,
      atMost: this.atMost,
      silenceMs: 5_000,
      log,
      now,
    });
  }

  async openHeadquarters(port = this.port): Promise<void> {
    this.headquarters = await openHeadquartersEnd({
      keyring: this.pair.headquarters,
      address: { host: '127.0.0.1', port },
      calls: { vault: this.at('far-vault.sock'), recovery: this.at('far-recovery.sock'), desk: this.at('far-desk.sock') },
      offers: { 'website-pg': this.at('pg.sock') },
      atMost: this.atMost,
      silenceMs: 5_000,
      newSession: () => {
        this.session = randomBytes(8).toString('hex');
        return this.session;
      },
      log,
      now,
    });
  }

  untilUp(): Promise<unknown> {
    return waitUntil(() => this.headquarters?.status().isUp === true && this.offsite?.status().isUp === true, {
      what: 'both sites see each other',
      timeoutMs: 30_000,
    });
  }

  async remove(): Promise<void> {
    await this.headquarters?.close();
    await this.offsite?.close();
    for (const server of this.servers) server.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
