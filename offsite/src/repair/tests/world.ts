import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompartmentManifest, PlanRequest, RepairOutcome, RepairPlan, RepairStep, Scope } from '@bulkhead/contracts';
import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { type Admin, connectionTo, openAdmin } from '@bulkhead/postgres';
import { type TestCluster, temporaryDirectory } from '@bulkhead/testkit';
import { z } from 'zod';
import { parseDecoded, toChange } from '#history/decoded.rules.ts';
import { makePlan } from '#repair/plan.actions.ts';
import { formatStep } from '#repair/plan-file.actions.ts';
import type { RecordedChange } from '#repair/source.ts';
import { knowTables } from '#repair/table.rules.ts';
import { applyRepair, type RepairHead, type RepairJournal } from '#standby/repair.actions.ts';
import { readSteps } from '#standby/repair-spool.actions.ts';
import { listDescriptions } from '#standby/schema.store.ts';
import { MemorySource, type RememberedTransaction } from './memory-source.ts';

export type Settings = z.input<typeof repairSchema>;
type Repair = NonNullable<CompartmentManifest['repair']>;
const repairSchema = z.custom<Partial<Repair>>();
const lines = z.array(z.object({ lsn: z.string(), xid: z.string(), data: z.string() }));

export const ATTACK: Scope = { ...EMPTY_SCOPE, sessions: ['attack'] };
const NO_SETTINGS: Repair = {
  columns: [],
  volatile: [],
  canaries: [],
  tombstones: [],
  states: [],
  basis: [],
  effects: [],
  journals: [],
  massRows: 1000,
};

/** Settings as a manifest holds them. */
export function repairOf(settings: Settings): Repair {
  return { ...NO_SETTINGS, ...settings };
}

export type Undone = {
  readonly plan: RepairPlan;
  readonly steps: RepairStep[];
  readonly outcome: RepairOutcome;
  readonly head: RepairHead;
  readonly file: string;
};

let worlds = 0;
const directory = await temporaryDirectory();

/** Runs a test in a database of its own, made by these statements. */
export function inWorld(cluster: TestCluster) {
  return async (work: (world: World) => Promise<void>, ...schema: string[]): Promise<void> => {
    const made = await World.create(cluster, schema);
    try {
      await work(made);
    } finally {
      await made.close();
    }
  };
}

/** A database of its own with a decoding slot: honest people and an attacker write in it. */
export class World {
  readonly admin: Admin;
  readonly #cluster: TestCluster;
  readonly #slot: string;
  readonly #directory: string;
  readonly #remembered: RememberedTransaction[] = [];
  /** What was decoded, line by line. */
  readonly lines: { readonly lsn: string; readonly xid: string; readonly data: string }[] = [];
  readonly database: string;
  #plans = 0;

  private constructor(cluster: TestCluster, admin: Admin, database: string, slot: string, directory: string) {
    this.#cluster = cluster;
    this.admin = admin;
    this.database = database;
    this.#slot = slot;
    this.#directory = directory;
  }

  static async create(cluster: TestCluster, schema: readonly string[]): Promise<World> {
    const { name } = await cluster.cloneDatabase();
    const admin = await cluster.admin.toDatabase(name);
    for (const statement of schema) await admin.query(statement);
    worlds += 1;
    const slot = `world_${worlds}`;
    await admin.query("select pg_create_logical_replication_slot($1, 'test_decoding')", [slot]);
    return new World(cluster, admin, name, slot, join(directory, slot));
  }

  async close(): Promise<void> {
    await this.admin.query('select pg_drop_replication_slot($1)', [this.#slot]);
    await this.admin.close();
  }

  honest(...statements: (string | readonly [string, ...unknown[]])[]): Promise<void> {
    return this.write('honest', statements);
  }

  attack(...statements: (string | readonly [string, ...unknown[]])[]): Promise<void> {
    return this.write('attack', statements);
  }

  /** One transaction with a token. */
  async write(token: string, statements: readonly (string | readonly [string, ...unknown[]])[]): Promise<void> {
    await this.admin.query('begin');
    try {
      await this.admin.query('select bulkhead.tag($1)', [token]);
      for (const statement of statements) {
        const [sql, ...params] = typeof statement === 'string' ? [statement] : statement;
        await this.admin.query(sql, params);
      }
      await this.admin.query('commit');
    } catch (error) {
      await this.admin.query('rollback');
      throw error;
    }
  }

  /** Another session of the superuser in this database. */
  another(): Promise<Admin> {
    const { socketDirectory, superuserPassword } = this.#cluster;
    return openAdmin(connectionTo(socketDirectory, { database: this.database, role: 'postgres', password: superuserPassword }));
  }

  /** All of history until now. */
  async remember(): Promise<RememberedTransaction[]> {
    const columns = new Map(
      (await listDescriptions(this.admin)).map(({ table, columns: all }) => [table, all.map(({ name }) => name)]),
    );
    const rows = lines.parse(
      await this.admin.query(
        `select lsn::text, xid::text, data from pg_logical_slot_get_changes($1, null, null,
           'include-xids', '1', 'include-timestamp', '1', 'skip-empty-xacts', '1')`,
        [this.#slot],
      ),
    );
    this.lines.push(...rows);
    let open: (typeof rows)[number][] = [];
    for (const row of rows) {
      open.push(row);
      if (!row.data.startsWith('COMMIT')) continue;
      this.#remembered.push(rememberTransaction(open, this.#remembered.length + 1, columns));
      open = [];
    }
    return this.#remembered;
  }

  async source(settings: Settings = {}): Promise<MemorySource> {
    const tables = knowTables(await listDescriptions(this.admin), repairOf(settings));
    return new MemorySource([...(await this.remember())], tables);
  }

  async plan(
    settings: Settings = {},
    more: Partial<Pick<PlanRequest, 'scope' | 'way' | 'cleanLsn'>> = {},
  ): Promise<{ plan: RepairPlan; steps: RepairStep[]; file: string; source: MemorySource }> {
    const source = await this.source(settings);
    this.#plans += 1;
    const id = `plan-${this.#plans}`;
    const plan = await makePlan(
      { compartment: 'website', source, repair: repairOf(settings), directory: this.#directory },
      { id, way: 'undo', scope: ATTACK, cleanLsn: null, tables: await listDescriptions(this.admin), ...more },
    );
    const file = join(this.#directory, id, 'steps.ndjson');
    const text = await readFile(file, 'utf8');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the planner's own lines
    const steps = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as RepairStep);
    return { plan, steps, file, source };
  }

  /** Plans and carries out. */
  async undo(
    settings: Settings = {},
    more: Partial<Pick<PlanRequest, 'scope' | 'way' | 'cleanLsn'>> & {
      journal?: RepairJournal;
      before?: () => Promise<void>;
    } = {},
  ): Promise<Undone> {
    const { journal, before, ...asked } = more;
    const { plan, steps, file } = await this.plan(settings, asked);
    await before?.();
    const head = headOf(plan, settings);
    const outcome = await applyRepair(this.admin, head, () => readSteps(file), journal);
    return { plan, steps, outcome, head, file };
  }

  async apply(steps: readonly RepairStep[], id: string, settings: Settings = {}): Promise<RepairOutcome> {
    const head = { ...headOf({ id, digest: digestOf(steps) }, settings) };
    return applyRepair(this.admin, head, async function* () {
      yield* steps;
    });
  }

  rows<Row>(sql: string): Promise<Row[]> {
    return this.admin.query<Row>(sql);
  }
}

export function headOf({ id, digest }: Pick<RepairPlan, 'id' | 'digest'>, settings: Settings): RepairHead {
  const tombstones = (settings.tombstones ?? []).map((one) => ({ ...one, table: `public.${one.table}` }));
  const lines = (settings.journals ?? []).flatMap((one) => one.lines.map(({ of, sql }) => ({ table: `public.${of}`, sql })));
  return { plan: id, digest, token: `repair ${id}`, tombstones, lines };
}

export function digestOf(steps: readonly RepairStep[]): string {
  const hash = createHash('sha256');
  for (const step of steps) hash.update(formatStep(step));
  return hash.digest('hex');
}

export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** The reasons of dependents with their table and key, sorted. */
export function told(...lists: { readonly dependents: RepairPlan['dependents'] }[]): string[] {
  return lists
    .flatMap(({ dependents }) => dependents.map(({ reason, table, key }) => `${reason} ${table ?? ''} ${key ?? ''}`))
    .toSorted();
}

function rememberTransaction(
  rows: readonly { readonly lsn: string; readonly xid: string; readonly data: string }[],
  sequence: number,
  columns: ReadonlyMap<string, readonly string[]>,
): RememberedTransaction {
  const last = rows.at(-1);
  const origin = { timeline: 1, commitLsn: last?.lsn ?? '0/0', xid: last?.xid ?? '0' };
  const changes: RecordedChange[] = [];
  const ddl: RememberedTransaction['ddl'][number][] = [];
  let token: string | null = null;
  for (const { data } of rows) {
    const decoded = parseDecoded(data);
    const place = { sequence, index: changes.length };
    if (decoded.kind === 'change') {
      changes.push({ place, origin, change: toChange(decoded, true, columns.get(decoded.table)) });
    } else if (decoded.kind === 'truncate') {
      for (const table of decoded.tables)
        changes.push({
          place: { sequence, index: changes.length },
          origin,
          change: { kind: 'truncate', table, before: null, after: null, unresolved: [] },
        });
    } else if (decoded.kind === 'message') {
      if (decoded.prefix === 'bulkhead.token') token = decoded.content;
      if (decoded.prefix === 'bulkhead.ddl') ddl.push(JSON.parse(decoded.content));
    }
  }
  return { sequence, origin, state: 'decoded', ddl, token, changes };
}
