import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessStatus } from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import {
  type Admin,
  allowLogin,
  connectionTo,
  createCluster,
  type Extension,
  forbidLogin,
  migrate,
  openAdmin,
  type PostgresBinaries,
  prepareDatabase,
  type RunningCluster,
  rolesOf,
  type ServerExit,
  type StartClusterOptions,
  setPasswords,
  sqlState,
  startCluster,
} from '@bulkhead/postgres';
import { type Isolation, isolate, killAllOfUid, type Owner } from '@bulkhead/supervision';
import { CatalogHold } from './catalog-hold.actions.ts';
import { hbaOf, namesOf, settingsOf } from './cluster.rules.ts';
import { logStandbySnapshot, readProtection, readSynchronousNames, setSuperuserPassword, takeSnapshot } from './cluster.store.ts';
import type { OldPassword, SecretStore } from './secret.store.ts';

const START_LIMIT_MS = 600_000;
const SILENCE_LIMIT_MS = 2_000;
const FAST_LIMIT_MS = 10_000;
const RELOAD_LIMIT_MS = 10_000;
const WRONG_PASSWORD = '28P01';

export type ClusterDeps = {
  readonly compartment: string;
  /** The database's name, and the beginning of its roles'. */
  readonly database: string;
  readonly binaries: PostgresBinaries;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly templateDirectory: string;
  readonly owner: Owner | undefined;
  /** Namespaces of its own, where the system gives some. */
  readonly isolation: Isolation | undefined;
  /** Of the code that runs: asked at each start. */
  readonly migrations: () => string;
  /** An application that makes its tables itself gets the owner's role, with so many sessions, in the place of the application's. */
  readonly ownedBy?: { readonly connections: number } | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  /** Of the joining; a recovery replaces it. */
  readonly replicationPassword: string;
  readonly secrets: SecretStore;
  readonly newSecret: () => string;
  readonly migrationToken: () => Promise<string>;
  readonly preparationToken: () => Promise<string>;
  /** For one change of roles: off-site takes each once. */
  readonly rolesToken: () => Promise<string>;
  readonly log: Log;
  readonly now: Now;
  /** Told when the server ended and nobody had asked for it. */
  readonly died: (exit: ServerExit & { readonly pid: number }) => void;
};

type Running = { readonly server: RunningCluster; readonly admin: Admin; readonly guard: Admin; isSynchronous: boolean };

/** The PostgreSQL of one compartment at headquarters. One action at a time, but for `silence` and `stop`, which may come at any moment. */
export class Cluster {
  readonly #deps: ClusterDeps;
  #server: RunningCluster | undefined;
  #running: Running | undefined;
  #hold: CatalogHold | undefined;
  #startedAt: Date | undefined;
  #restarts = -1;
  #state: ProcessStatus['state'] = 'stopped';
  /** What a process of the compartment was given last. */
  #given: OldPassword | undefined;

  constructor(deps: ClusterDeps) {
    this.#deps = deps;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get isSynchronous(): boolean {
    return this.#running?.isSynchronous ?? true;
  }

  /** Makes the data directory if there is none, with a system identifier of its own. */
  async create(): Promise<{ readonly created: boolean; readonly systemIdentifier: string }> {
    const { binaries, dataDirectory, templateDirectory, owner, compartment, secrets, newSecret } = this.#deps;
    const superuserPassword = (await secrets.findSuperuser(compartment)) ?? newSecret();
    await secrets.saveSuperuser(compartment, superuserPassword);
    return createCluster({ binaries, dataDirectory, templateDirectory, superuserPassword, ...ownerOf(owner) });
  }

  /**
   * Starts the server if it does not run, with fresh passwords, every migration applied, and log-in for nobody.
   * @returns whether it was started now: then whoever was let in before is not any more
   * @throws EstateError `postgres.start_failed`, `migration.failed` and the like
   */
  async ensureRunning(isSynchronous: boolean): Promise<boolean> {
    if (this.#running !== undefined) return false;
    this.#state = 'starting';
    try {
      await this.#start(isSynchronous);
      this.#state = 'running';
      return true;
    } catch (error) {
      await this.stop('immediate');
      this.#state = 'failed';
      throw error;
    }
  }

  /**
   * Lets one role in and nobody else, with a fresh password, which is returned. Sessions of the others are ended.
   * Undefined if it is no longer wanted by then: nobody is let in.
   */
  async letIn(kind: 'app' | 'reader', isStillWanted: () => boolean): Promise<string | undefined> {
    const { guard } = this.#require();
    const { database, newSecret, rolesToken } = this.#deps;
    const roles = rolesOf(database);
    const granted = kind === 'app' && this.#deps.ownedBy ? 'owner' : kind;
    const others = (['app', 'reader', 'owner'] as const).filter((role) => role !== granted);
    await forbidLogin(
      guard,
      others.map((role) => roles[role]),
      await rolesToken(),
    );
    const password = newSecret();
    await setPasswords(guard, database, { [granted]: password }, await rolesToken());
    const token = await rolesToken();
    // Asked last: the guard's statements run in the order they are given, so a silence that comes later also runs later.
    if (!isStillWanted()) return undefined;
    await allowLogin(guard, [roles[granted]], token);
    this.#given = { role: roles[granted], password };
    return password;
  }

  /** Puts the passwords that are known now aside: the database is about to be replaced. */
  async retirePasswords(epoch: number): Promise<void> {
    const { secrets, compartment } = this.#deps;
    const superuser = await secrets.findSuperuser(compartment);
    const replication = { role: rolesOf(this.#deps.database).offsite, password: await this.#replicationPassword() };
    const known = superuser === undefined ? [replication] : [replication, { role: 'postgres', password: superuser }];
    await secrets.retire(epoch, this.#given ? [...known, this.#given] : known);
  }

  /** Tries to log in with each password from before the last image. Only a wrong password counts as refused: a role that may not log in now may later. */
  async tryRetired(): Promise<{ readonly tried: number; readonly refused: number }> {
    const { secrets, socketDirectory, database } = this.#deps;
    const old = await secrets.listRetired();
    let refused = 0;
    for (const { role, password } of old) {
      const connection = {
        ...connectionTo(socketDirectory, { database, role, password, applicationName: 'supervisor' }),
        // That role finds a line for streams alone.
        ...(role === rolesOf(database).offsite ? { replication: 'true' } : {}),
      };
      const session = await openAdmin(connection).catch((error: unknown) => {
        if (sqlState(error) === WRONG_PASSWORD) refused += 1;
        return undefined;
      });
      await session?.close();
    }
    return { tried: old.length, refused };
  }

  /** Ends every session of the compartment's roles and lets nobody in any more. A server that does not obey is ended itself. */
  async silence(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const { app, reader, owner } = rolesOf(this.#deps.database);
    const patience = new AbortController();
    // Without a token it is done all the same, and off-site asks who did it.
    const token = await this.#deps.rolesToken().catch(() => undefined);
    const forbidden = forbidLogin(running.guard, [app, reader, owner], token);
    const tooLate = sleepMs(SILENCE_LIMIT_MS, patience.signal).then(() => {
      throw new EstateError('postgres.query_failed', 'ending sessions: the server does not obey');
    });
    try {
      await Promise.race([forbidden, tooLate]);
    } catch (error) {
      this.#deps.log.error({ err: error, compartment: this.#deps.compartment }, 'ending sessions: the server is ended instead');
      await this.stop('immediate');
    } finally {
      patience.abort();
      tooLate.catch(() => undefined);
      forbidden.catch(() => undefined);
    }
  }

  /** Decides whether commits wait for off-site; returns when the server has taken it in. */
  async setSynchronous(isSynchronous: boolean): Promise<void> {
    const running = this.#require();
    await running.server.reconfigure(settingsOf(isSynchronous));
    const endsAtMs = performance.now() + RELOAD_LIMIT_MS;
    while ((await readSynchronousNames(running.admin)) !== namesOf(isSynchronous)) {
      if (performance.now() > endsAtMs)
        throw new EstateError('postgres.query_failed', 'changing whom commits wait for: not taken in');
      await sleepMs(10);
    }
    running.isSynchronous = isSynchronous;
  }

  /** Whether off-site streams, and has all that was committed until now. */
  protection(): Promise<{ readonly isStreaming: boolean; readonly isCaughtUp: boolean }> {
    return readProtection(this.#require().admin);
  }

  /** Lets decoding begin from here on a standby. */
  async logSnapshot(): Promise<void> {
    const admin = this.#running?.admin;
    if (admin === undefined) return;
    await logStandbySnapshot(admin);
    if (await this.#hold?.isOver(admin, this.#deps.log)) this.#hold = undefined;
  }

  /** Ends the server; `fast` is given up for `immediate` when it takes too long. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const server = this.#server;
    const running = this.#running;
    this.#server = undefined;
    this.#running = undefined;
    this.#state = 'stopped';
    if (running) for (const session of [running.admin, running.guard]) session.close().catch(() => undefined);
    void this.#hold?.close();
    this.#hold = undefined;
    if (server === undefined) return;
    const patience = new AbortController();
    const ended = server.stop(mode).finally(() => patience.abort());
    await sleepMs(FAST_LIMIT_MS, patience.signal).then(
      () => server.stop('immediate'),
      () => undefined,
    );
    await ended;
    // Whoever was superuser may have started other programs: none may outlive the server, and touch what is laid down next.
    const uid = this.#deps.owner?.uid;
    if (uid !== undefined && this.#server === undefined) killAllOfUid(uid);
  }

  /** Gives the superuser a new password, through a socket that only its owner can reach. */
  async replaceSuperuser(): Promise<void> {
    const { binaries, dataDirectory, owner, compartment, secrets, newSecret, rolesToken, log } = this.#deps;
    const socketDirectory = await mkdtemp(join(tmpdir(), 'bh-'));
    try {
      if (owner) await chown(socketDirectory, owner.uid, owner.gid);
      const hba = ['local all postgres trust'];
      const options = { binaries, dataDirectory, socketDirectory, hba, log, ...this.#place() };
      const server = await startCluster({ ...options, startTimeoutMs: START_LIMIT_MS });
      try {
        const connection = connectionTo(socketDirectory, { database: 'postgres', role: 'postgres' });
        const [admin, holder] = [await openAdmin(connection), await openAdmin(connection)];
        const password = newSecret();
        // A slot off-site gets past what is cleaned away only where the WAL tells before that who deleted it is done [O14].
        await takeSnapshot(holder);
        await setSuperuserPassword(admin, password, await rolesToken());
        await logStandbySnapshot(admin);
        for (const session of [holder, admin]) await session.close();
        await secrets.saveSuperuser(compartment, password);
      } finally {
        await server.stop('fast');
      }
    } finally {
      await rm(socketDirectory, { recursive: true, force: true });
    }
  }

  status(): ProcessStatus {
    const { compartment, owner } = this.#deps;
    return {
      name: `${compartment}-pg`,
      state: this.#state,
      pid: this.#server?.pid ?? null,
      uid: this.#server === undefined ? null : (owner?.uid ?? process.getuid?.() ?? null),
      restarts: Math.max(0, this.#restarts),
      startedAt: this.#startedAt?.toISOString() ?? null,
      memoryBytes: null,
      cpuPercent: null,
      detail: null,
    };
  }

  async #start(isSynchronous: boolean): Promise<void> {
    await this.#spawn(isSynchronous);
    const admin = await this.#openAdmin().catch(async (error: unknown) => {
      if (sqlState(error) !== WRONG_PASSWORD) throw error;
      await this.stop('fast');
      await this.replaceSuperuser();
      await this.#spawn(isSynchronous);
      return this.#openAdmin();
    });
    const server = this.#server;
    if (server === undefined) throw new EstateError('postgres.start_failed', 'starting the server: it was stopped meanwhile');
    this.#hold = await CatalogHold.begin(admin, this.#deps.database);
    await logStandbySnapshot(admin);
    await this.#prepare(admin);
    // At the very first start there was no database before.
    this.#hold ??= await CatalogHold.begin(admin, this.#deps.database);
    this.#running = { server, admin, guard: await this.#openAdmin(), isSynchronous };
    await logStandbySnapshot(admin);
  }

  async #spawn(isSynchronous: boolean): Promise<void> {
    const { binaries, database, dataDirectory, socketDirectory, log, died, now } = this.#deps;
    const server = await startCluster({
      binaries,
      dataDirectory,
      socketDirectory,
      settings: settingsOf(isSynchronous),
      hba: hbaOf(database),
      log,
      startTimeoutMs: START_LIMIT_MS,
      ...this.#place(),
    });
    this.#server = server;
    this.#startedAt = now();
    this.#restarts += 1;
    void server.exited.then((exit) => {
      if (this.#server !== server) return;
      this.#server = undefined;
      this.#running = undefined;
      this.#state = 'failed';
      died({ ...exit, pid: server.pid });
    });
  }

  async #prepare(admin: Admin): Promise<void> {
    const { database, newSecret, socketDirectory, migrationToken, preparationToken, rolesToken, ownedBy, extensions } =
      this.#deps;
    const migrations = this.#deps.migrations();
    const owner = newSecret();
    const roles = rolesOf(database);
    await prepareDatabase({
      admin,
      name: database,
      token: await preparationToken(),
      rolesToken: await rolesToken(),
      passwords: { owner, app: newSecret(), reader: newSecret(), offsite: await this.#replicationPassword() },
      ...(extensions ? { extensions } : {}),
      ...(ownedBy ? { connections: ownedBy.connections } : {}),
    });
    await forbidLogin(admin, [roles.app, roles.reader], await rolesToken());
    if (!ownedBy && (await exists(migrations))) {
      await allowLogin(admin, [roles.owner], await rolesToken());
      const connection = connectionTo(socketDirectory, { database, role: roles.owner, password: owner });
      await migrate({ connection, directory: migrations, token: await migrationToken() });
    }
    await forbidLogin(admin, [roles.owner], await rolesToken());
  }

  async #replicationPassword(): Promise<string> {
    const { secrets, compartment, replicationPassword } = this.#deps;
    return (await secrets.findReplication(compartment)) ?? replicationPassword;
  }

  async #openAdmin(): Promise<Admin> {
    const { compartment, secrets, socketDirectory } = this.#deps;
    const password = (await secrets.findSuperuser(compartment)) ?? 'lost';
    return openAdmin(
      connectionTo(socketDirectory, { database: 'postgres', role: 'postgres', password, applicationName: 'supervisor' }),
    );
  }

  /** Who the server is, and what it sees: itself, and no network. */
  #place() {
    const { owner, isolation } = this.#deps;
    if (owner === undefined || isolation === undefined) return ownerOf(owner);
    const into: StartClusterOptions['isolate'] = (command, shown) => isolate(isolation, owner, shown, command);
    return { owner, isolate: into };
  }

  #require(): Running {
    if (this.#running) return this.#running;
    throw new EstateError('postgres.query_failed', `asking the database of ${this.#deps.compartment}: it does not run`);
  }
}

function ownerOf(owner: Owner | undefined): { readonly owner?: Owner } {
  return owner === undefined ? {} : { owner };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
