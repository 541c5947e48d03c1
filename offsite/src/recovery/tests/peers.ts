import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import {
  type EditionManifest,
  gatewayKeysSchema,
  PURPOSES,
  type PublicStatus,
  publicStatusSchema,
  repairHeadSchema,
  type SigningKey,
  signMessage,
  type TokenKey,
} from '@bulkhead/contracts';
import { createLog, EstateError, sha256Hex } from '@bulkhead/kernel';
import { createWireApp, readWireBody, serveWire, type WireApp } from '@bulkhead/wire';
import { z } from 'zod';
import { HistoryPeer } from './history-peer.ts';
import { listedBaseOf, ReceiverPeer } from './receiver-peer.ts';

/** Told of every call that recovery makes, before it is carried out and once it is (and not answered yet). */
export type Hook = (call: string, phase: 'before' | 'after') => void | Promise<void>;

export const SECRET = 'a secret of the tests, long enough';
const silent = createLog('peer', 'silent');

/** Peers of recovery whose processes are not in this test; they speak the same wire. */
export class Peers {
  hook: Hook = () => undefined;
  readonly calls: string[] = [];
  readonly receiver = new ReceiverPeer('website');
  readonly identityReceiver = new ReceiverPeer('identity');
  readonly history = new HistoryPeer();
  /** What each quarantine was started with. */
  readonly quarantines: {
    readonly id: string;
    readonly targetLsn?: string | undefined;
    readonly newTimeline?: number | undefined;
  }[] = [];
  /** Repairs carried out: the plan, its digest and the steps, by quarantine. A restart of a jail forgets. */
  readonly repairs = new Map<string, { readonly plan: string; readonly token: string; readonly lines: readonly string[] }>();
  repairsDone = 0;
  /** Grows when a jail is started again, which restores anew. */
  lives = 1;
  /** Rows of quarantines that stand just before a position. */
  copiedRows: Record<string, string | null>[] = [];
  readonly jails = new Map<string, QuarantinePeer>();
  readonly deletedQuarantines: string[] = [];
  /** What is damaged in the copy that is read; and damage that the reader does not see. */
  readCopy: string | null = null;
  blindTo: string | undefined;
  readonly rebuilt: string[] = [];
  /** The gateway's keys as the supervisor keeps them. */
  gatewayKeys: readonly TokenKey[] = [];
  readonly paused = new Set<string>();
  readonly status: PublicStatus[] = [];
  readonly directory: string;
  readonly editionKey: SigningKey;
  pages: Record<string, string> = { '/': 'front page', '/en/about': 'about us' };
  /** What the edition shows, what a copy shows, and what recovery then let go. */
  subjects = ['article 1', 'article 2'];
  renderedSubjects = ['article 1', 'article 2'];
  readonly erasedFiles: string[] = [];
  mayVanish: readonly string[] | undefined;
  /** Changes what a quarantine answers. */
  verification: Partial<{ violations: number; checksums: boolean; missingMigration: string; blobs: string[] }> = {};
  quarantineTimeline = 2;
  rows = 'the rows of the archive';
  standbyRows = 'the rows of the archive';
  #servers: { readonly close: () => Promise<void> }[] = [];
  #gateway: Server | undefined;

  constructor(directory: string, editionKey: SigningKey) {
    this.directory = directory;
    this.editionKey = editionKey;
  }

  socket(name: string): string {
    return join(this.directory, `${name}.sock`);
  }

  async open(port: number): Promise<void> {
    this.#servers = await Promise.all([
      this.#serve('receiver', (app) => {
        for (const receiver of [this.receiver, this.identityReceiver]) {
          receiver.addRoutes(app, (call, work) => this.#carryOut(call, work));
        }
        app.delete('/copies/:id', (c) => c.json({ ok: this.receiver.copies.delete(c.req.param('id')) }));
        app.get('/compartments', (c) => {
          if (this.receiver.isAway) throw new EstateError('wire.unreachable', 'the receiver of the tests is away');
          return c.json({ compartments: [this.receiver.describe(), this.identityReceiver.describe()] });
        });
      }),
      this.#serve('supervisor', (app) => this.#addSupervisor(app)),
      this.#serve('reader', (app) => addReader(app, this)),
      this.#serve('history', (app) => this.history.addRoutes(app, (call, work) => this.#carryOut(call, work))),
      this.#serve('publisher', (app) => this.#addPublisher(app)),
      this.#serve('status', (app) => {
        app.post('/facts', async (c) => {
          this.status.push(await readWireBody(c.req.raw, publicStatusSchema));
          return c.json({ ok: true });
        });
      }),
      this.#serve('standby', (app) => {
        app.get('/health', (c) => c.json(healthOf('standby', 'ready', this.receiver.timeline)));
        app.get('/schema', (c) => c.json({ lsn: this.receiver.lsn, tables: [] }));
        app.post('/verify', async (c) => {
          const request = await readWireBody(c.req.raw, z.object({ checks: z.array(z.object({ name: z.string() })) }));
          return c.json(this.#verification(request.checks));
        });
        app.post('/digest', async (c) => this.#carryOut('standby.digest', async () => c.json(this.#digests(this.standbyRows))));
      }),
    ]);
    this.#gateway = createServer((incoming, outgoing) => {
      void this.#answerStranger(incoming.headers.host ?? '', incoming.url ?? '/').then(({ status, body, location }) => {
        outgoing.writeHead(status, location === undefined ? {} : { location });
        outgoing.end(body);
      });
    });
    await new Promise<void>((resolve) => this.#gateway?.listen(port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers, ...this.jails.values()].map((server) => server.close()));
    this.#gateway?.closeAllConnections();
    await new Promise((resolve) => this.#gateway?.close(resolve));
  }

  /** Notes a call, lets the hook see it before and after its work. */
  async #carryOut<T>(call: string, work: () => Promise<T>): Promise<T> {
    this.calls.push(call);
    await this.hook(call, 'before');
    const result = await work();
    await this.hook(call, 'after');
    return result;
  }

  async #serve(name: string, add: (app: WireApp) => void): Promise<{ readonly close: () => Promise<void> }> {
    const app = createWireApp({ secrets: { recovery: SECRET }, log: silent });
    add(app);
    return serveWire({ app, socket: this.socket(name) });
  }

  #addSupervisor(app: WireApp): void {
    const asked = z.object({
      compartment: z.string(),
      id: z.string().max(24),
      targetLsn: z.string().optional(),
      newTimeline: z.number().optional(),
    });
    app.post('/quarantines', async (c) => {
      const { id, targetLsn, newTimeline } = await readWireBody(c.req.raw, asked);
      return this.#carryOut('supervisor.quarantine', async () => {
        if (!this.jails.has(id)) {
          this.quarantines.push({ id, targetLsn, newTimeline });
          this.jails.set(id, await this.#startJail(id));
        }
        return c.json({ socket: this.socket(id), secret: SECRET });
      });
    });
    app.delete('/quarantines/:id', async (c) =>
      this.#carryOut('supervisor.delete', async () => {
        const id = c.req.param('id');
        this.deletedQuarantines.push(id);
        await this.jails.get(id)?.close();
        this.jails.delete(id);
        return c.json({ ok: true });
      }),
    );
    app.post('/archive-reader', async (c) => {
      const { copy } = await readWireBody(c.req.raw, z.object({ compartment: z.string(), copy: z.string() }));
      return this.#carryOut('supervisor.reader', async () => {
        this.readCopy = this.receiver.copies.get(copy) ?? null;
        return c.json({ socket: this.socket('reader'), secret: SECRET });
      });
    });
    app.delete('/archive-reader', (c) => c.json({ ok: true }));
    app.post('/gateway-keys', async (c) => {
      const { gatewayKeys } = await readWireBody(c.req.raw, gatewayKeysSchema);
      return this.#carryOut('supervisor.keys', async () => {
        this.gatewayKeys = gatewayKeys;
        return c.json({ ok: true });
      });
    });
    app.post('/standbys/:c/rebuild', async (c) =>
      this.#carryOut('supervisor.rebuild', async () => {
        this.rebuilt.push(c.req.param('c'));
        return c.json({ ok: true });
      }),
    );
  }

  async #startJail(id: string): Promise<QuarantinePeer> {
    const image = Buffer.from(`a cluster restored for ${id}`);
    let isImaged = false;
    const server = await this.#serve(id, (app) => {
      app.get('/health', async (c) =>
        this.#carryOut('jail.health', async () =>
          c.json({
            ...healthOf('quarantine', isImaged ? 'imaged' : 'ready', this.quarantineTimeline),
            archiveLsn: this.receiver.lsn,
            unreplayedBytes: 0,
            instance: `life ${this.lives}`,
          }),
        ),
      );
      app.post('/verify', async (c) => {
        const request = await readWireBody(c.req.raw, z.object({ checks: z.array(z.object({ name: z.string() })) }));
        return this.#carryOut('jail.verify', async () => c.json(this.#verification(request.checks)));
      });
      app.get('/schema', (c) => c.json({ lsn: this.receiver.lsn, tables: [] }));
      app.post('/repair', async (c) => {
        const [head = '', ...lines] = (await c.req.raw.text()).split('\n').filter((line) => line !== '');
        return this.#carryOut('jail.repair', async () => c.json(this.#repair(id, head, lines)));
      });
      app.post('/rows', async (c) =>
        this.#carryOut('jail.rows', async () => {
          const rows = this.copiedRows.map((row) => ({ table: 'public.article', row }));
          const lines = [{ lsn: this.receiver.lsn }, ...rows, { end: true, rows: rows.length }];
          return c.body(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        }),
      );
      app.post('/digest', async (c) =>
        this.#carryOut('jail.digest', async () =>
          c.json(this.#digests(this.repairs.has(id) ? `${this.rows}, repaired` : this.rows)),
        ),
      );
      app.post('/image', async (c) =>
        this.#carryOut('jail.image', async () => {
          isImaged = true;
          return c.json({
            bytes: image.length,
            sha256: sha256Hex(image),
            systemId: '7000000000000000001',
            timeline: this.quarantineTimeline,
            checkpointLsn: this.receiver.lsn,
          });
        }),
      );
      app.get('/image', (c) => c.body(image, 200, { 'content-length': String(image.length) }));
    });
    return { close: server.close };
  }

  /** The jails end and come back: whatever was done in them is gone. */
  restartJails(): void {
    this.lives += 1;
    this.repairs.clear();
  }

  #repair(id: string, head: string, lines: readonly string[]) {
    const { plan, digest, token } = repairHeadSchema.parse(JSON.parse(head));
    if (digest !== sha256Hex(lines.map((line) => `${line}\n`).join('')))
      throw new EstateError('input.invalid', 'repairing: the steps are not those of the digest');
    if (!this.repairs.has(id)) {
      this.repairs.set(id, { plan, token, lines });
      this.repairsDone += 1;
    }
    const outcome = { applied: lines.length, kept: 0, tombstones: 0, dependents: [], dependentCount: 0, validated: 1 };
    return { plan, xid: '9001', ...outcome };
  }

  #verification(checks: readonly { readonly name: string }[]) {
    const { violations = 0, checksums = true, missingMigration, blobs = [] } = this.verification;
    return {
      isSound: true,
      lsn: this.receiver.lsn,
      checksums: { isOk: checksums, failures: checksums ? [] : ['base/1/2 block 3'] },
      amcheck: { isOk: true, tables: 2, indexes: 2, failures: [], skipped: false },
      migrations: {
        isOk: missingMigration === undefined,
        missing: missingMigration === undefined ? [] : [missingMigration],
        changed: [],
        unexpected: [],
      },
      checks: checks.map(({ name }) => ({ name, violations, failure: null })),
      blobs,
      badBlobs: [],
    };
  }

  #digests(rows: string) {
    return { lsn: this.receiver.lsn, tables: [{ table: 'article', rows: 3, sha256: sha256Hex(rows) }] };
  }

  #addPublisher(app: WireApp): void {
    app.get('/editions/:c/latest', (c) => c.json(signMessage(this.editionKey, PURPOSES.edition, this.edition())));
    app.post('/render/:c', async (c) =>
      this.#carryOut('publisher.render', async () =>
        c.json({
          files: this.edition().files.map(({ path, language, sha256 }) => ({ path, language, sha256 })),
          subjects: this.renderedSubjects,
        }),
      ),
    );
    app.get('/editions/:c/kept', (c) => {
      const editions = [{ number: 7, lsn: '0/3000000', publishedAt: this.edition().publishedAt, files: 1 }];
      return c.json({ editions, latest: 7, paused: this.paused.has(c.req.param('c')) });
    });
    app.post('/editions/:c/erase', async (c) => {
      const { sha256 } = await readWireBody(c.req.raw, z.object({ sha256: z.string() }));
      this.erasedFiles.push(sha256);
      return c.json({ ok: true });
    });
    app.post('/editions/:c/rollback', async (c) => {
      const { number } = await readWireBody(c.req.raw, z.object({ number: z.number() }));
      if (number !== 7) throw new EstateError('request.not_found', `rolling back to edition ${number}: it is not kept`);
      this.paused.add(c.req.param('c'));
      return c.json({ number: 8, paused: true });
    });
    app.post('/editions/:c/pause', (c) => {
      this.paused.add(c.req.param('c'));
      return c.json({ ok: true });
    });
    app.post('/editions/:c/resume', async (c) => {
      const { mayVanish } = await readWireBody(c.req.raw, z.object({ mayVanish: z.array(z.string()) }));
      return this.#carryOut('publisher.resume', async () => {
        this.paused.delete(c.req.param('c'));
        this.mayVanish = mayVanish;
        return c.json({ ok: true });
      });
    });
  }

  edition(): EditionManifest {
    return {
      compartment: 'website',
      number: 7,
      publishedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2036-01-01T00:00:00.000Z',
      lsn: '0/3000000',
      subjects: this.subjects,
      files: Object.entries(this.pages).map(([path, body]) => ({
        path,
        status: 200,
        language: 'en',
        headers: {},
        sha256: sha256Hex(body),
        bytes: Buffer.byteLength(body),
      })),
    };
  }

  /** What the gateway serves; changed to show a page that is not the signed one. */
  serves: (path: string) => string | undefined = (path) => this.pages[path];

  async #answerStranger(host: string, path: string): Promise<{ status: number; body: string; location?: string }> {
    return this.#carryOut('gateway.look', async () => {
      if (host.startsWith('newsroom.')) return { status: 303, body: '', location: 'http://id.localhost/sign-in' };
      const body = this.serves(path);
      return body === undefined ? { status: 404, body: 'no such page' } : { status: 200, body };
    });
  }
}

/** Reads the copy of an archive: damage is refused where a restore would meet it. */
function addReader(app: WireApp, peers: Peers): void {
  const segment = '000000010000000000000003';
  const refuse = (...kinds: readonly string[]) => {
    const { readCopy, blindTo } = peers;
    if (readCopy !== null && kinds.includes(readCopy) && readCopy !== blindTo)
      throw new EstateError('archive.damaged', `reading a copy: its ${readCopy} is damaged`);
  };
  app.get('/compartments/website', (c) => c.json(peers.receiver.describe()));
  app.get('/compartments/website/bases', (c) => c.json({ bases: [listedBaseOf(1)] }));
  app.get('/compartments/website/bases/:id', (c) => {
    refuse('base', 'key');
    return c.body('a base', 200, { 'content-length': '6' });
  });
  app.get('/compartments/website/wal', (c) => {
    const files = [{ name: segment, bytes: 16_777_216, isComplete: true }];
    return c.json({ systemId: '7000000000000000001', timeline: 1, endLsn: '0/4000000', newestTimeline: 1, files });
  });
  app.get('/compartments/website/wal/:file', (c) => {
    refuse('segment', 'index', 'key');
    return c.body('a segment', 200, { 'x-sha256': sha256Hex('a segment') });
  });
}

export type QuarantinePeer = { readonly close: () => Promise<void> };

function healthOf(mode: 'standby' | 'quarantine', state: string, timeline: number) {
  return {
    compartment: 'website',
    mode,
    state,
    message: 'of the tests',
    code: null,
    systemId: '7000000000000000001',
    timeline,
    base: '20260101T000000Z-00000001-0000000003000000',
    replayLsn: '0/4000000',
    receivedLsn: null,
    archiveLsn: null,
    unreplayedBytes: null,
    leftOut: [],
  };
}
