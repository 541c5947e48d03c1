import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dependent } from '@bulkhead/contracts';
import type { TestCluster } from '@bulkhead/testkit';
import { Dice } from './dice.ts';
import { createStatements, drawTables, settingsOf, type Table } from './drawn-tables.ts';
import { Story } from './story.ts';
import { World } from './world.ts';

const STEPS = 40;

type Told = {
  readonly tables: readonly Table[];
  readonly story: Story;
  readonly dependents: readonly Dependent[];
  readonly different: string[];
};

async function tellAndUndo(cluster: TestCluster, seed: number, isIndependent: boolean): Promise<Told> {
  const dice = new Dice(seed);
  const tables = drawTables(dice);
  const world = await World.create(cluster, createStatements(tables));
  try {
    const story = new Story(world, dice, tables, isIndependent);
    await story.tell(STEPS);
    const { plan, outcome } = await world.undo(settingsOf(tables));
    assert.equal(plan.dependents.length, plan.dependentCount);
    return { tables, story, dependents: [...plan.dependents, ...outcome.dependents], different: await compare(world, tables) };
  } finally {
    await world.close();
  }
}

/** All of the story is gone, and what honest people did is done again. */
async function tellAndRedo(cluster: TestCluster, seed: number): Promise<Told> {
  const dice = new Dice(seed);
  // What emptied references of other rows is listed by a redo, and not done again.
  const tables = drawTables(dice).map(({ name, columns }) => ({
    name,
    columns: columns.map((column) => (column.onDelete === 'set null' ? { ...column, onDelete: 'cascade' } : column)),
  }));
  const world = await World.create(cluster, createStatements(tables));
  try {
    const story = new Story(world, dice, tables, true);
    await story.tell(STEPS);
    const [first] = await world.remember();
    const settings = settingsOf(tables);
    const { plan, steps } = await world.plan(settings, { way: 'redo', cleanLsn: first?.origin.commitLsn ?? '0/0' });
    await world.admin.query('set session_replication_role = replica');
    for (const { name } of tables) await world.admin.query(`delete from public.${name}`);
    await world.admin.query('set session_replication_role = default');
    // The twin was written without a token: it is honest work as well, and stands.
    const told = steps.filter(({ table }) => table.startsWith('public.'));
    const outcome = await world.apply(told, plan.id, settings);
    return { tables, story, dependents: [...plan.dependents, ...outcome.dependents], different: await compare(world, tables) };
  } finally {
    await world.close();
  }
}

/** Rows that stand otherwise than in the twin, as `table key`. */
async function compare(world: World, tables: readonly Table[]): Promise<string[]> {
  const different: string[] = [];
  for (const { name, columns } of tables) {
    const values = columns.map(({ name: column, kind }) => {
      if (kind === 'set') return `(select jsonb_agg(e order by e) from jsonb_array_elements(${column}) e) as ${column}`;
      if (kind === 'words') return `(select array_agg(e order by e) from unnest(${column}) e) as ${column}`;
      return column;
    });
    const sqlOf = (schema: string) =>
      `select id, row_to_json(r)::text as row from (select id, ${values.join(', ')} from ${schema}.${name}) r order by id`;
    const found = new Map((await world.rows<{ id: number; row: string }>(sqlOf('public'))).map(({ id, row }) => [id, row]));
    const wanted = new Map((await world.rows<{ id: number; row: string }>(sqlOf('twin'))).map(({ id, row }) => [id, row]));
    for (const id of new Set([...found.keys(), ...wanted.keys()])) {
      if (found.get(id) !== wanted.get(id))
        different.push(`${name} ${id}: ${found.get(id) ?? 'gone'} instead of ${wanted.get(id) ?? 'gone'}`);
    }
  }
  return different;
}

async function forSeeds(first: number, count: number, work: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = first; seed < first + count; seed += 1) {
    try {
      await work(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}

/** Tests of as many random stories of each kind. */
export function testStories(cluster: TestCluster, count: number): void {
  test('[U33] random stories in which honest work keeps clear of the attack: all of the attack is undone, all honest work is kept, nothing is listed', async (t) => {
    let changes = 0;
    await forSeeds(1, count, async (seed) => {
      const { story, dependents, different } = await tellAndUndo(cluster, seed, true);
      assert.deepEqual({ different, dependents }, { different: [], dependents: [] });
      changes += story.attackChanges;
    });
    t.diagnostic(`${count} seeds, ${changes} changes of the attack, recall, precision and honest kept 1`);
  });

  test('[U34] random stories in which honest work builds on the attack: what differs from the twin is listed, and nobody else is', async (t) => {
    let listed = 0;
    await forSeeds(1001, count, async (seed) => {
      const { story, dependents, different } = await tellAndUndo(cluster, seed, false);
      for (const row of different) {
        const [name = ''] = row.split(':');
        const [table = '', id = ''] = name.split(' ');
        const keys = story.keysOf(table, Number(id));
        if (keys.some((key) => story.undefinedRows.has(`${table} ${key}`))) continue;
        const isFound = keys.some((key) => isListed(table, key, dependents));
        assert.ok(isFound, `${row} is not listed: ${JSON.stringify(dependents)}`);
      }
      for (const { reason, table, key, by, detail } of dependents) {
        const isSwept = detail.endsWith('whose place the attack had changed');
        if (reason !== 'cell.changed_later' || by === null || isSwept) continue;
        const name = table?.slice('public.'.length) ?? '';
        const isMeant = story.keysOf(name, Number(key)).some((one) => story.builtOn.has(`${name} ${one}`));
        assert.ok(isMeant, `${name} ${key} is listed, and nobody built on what the attack wrote there`);
      }
      listed += dependents.length;
    });
    t.diagnostic(`${count} seeds, ${listed} dependents`);
  });

  test('[U32] [U38] random stories in which honest work keeps clear of the attack: a redo gives the twin, and nothing is listed', async (t) => {
    let changes = 0;
    await forSeeds(2001, count, async (seed) => {
      const { story, dependents, different } = await tellAndRedo(cluster, seed);
      assert.deepEqual({ different, dependents }, { different: [], dependents: [] });
      changes += story.attackChanges;
    });
    t.diagnostic(`${count} seeds, ${changes} changes of the attack left out`);
  });
}

function isListed(table: string, key: number, dependents: readonly Dependent[]): boolean {
  return dependents.some(
    (dependent) =>
      (dependent.table === `public.${table}` && dependent.key === String(key)) ||
      new RegExp(`public\\.${table} ${key}\\b`).test(dependent.detail),
  );
}
