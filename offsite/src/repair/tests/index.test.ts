import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Attribution, PlanRequest } from '@bulkhead/contracts';
import { temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { Assembler, type Piece } from '#history/assembler.rules.ts';
import { openIndex } from '#history/index.store.ts';
import { lineageOf } from '#history/lineage.rules.ts';
import { writePieces } from '#history/write.actions.ts';
import { makePlan } from '#repair/plan.actions.ts';
import { listDescriptions } from '#standby/schema.store.ts';
import { Dice } from './dice.ts';
import { createStatements, drawTables, settingsOf } from './drawn-tables.ts';
import { Story } from './story.ts';
import { ATTACK, repairOf, World } from './world.ts';

const SEEDS = [11, 1011, 1012, 1013, 2007, 5153];
const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });
const directory = await temporaryDirectory();

function attribute(token: string): Attribution {
  const claims = {
    requestId: 'r',
    accountId: null,
    sessionId: token,
    address: '',
    method: 'POST',
    path: '/',
    route: 'note.save',
    keyId: 'k',
    issuedAt: '2026-01-01T00:00:00.000Z',
  };
  return { verdict: 'verified', reason: null, claims };
}

/** The index of history, written from the same decoded lines. */
async function indexOf(world: World, place: string) {
  const index = openIndex(place, 'website');
  const tables = (await listDescriptions(world.admin)).map(({ table, primaryKey, foreignKeys }) => ({
    table,
    key: primaryKey,
    keepsWholeRows: true,
    references: foreignKeys.map(({ columns }) => columns),
  }));
  index.writer.begin();
  index.writer.keepCatalog({ database: 1, tables, sequences: [] });
  const assembler = new Assembler();
  const pieces: Piece[] = [];
  for (const { lsn, data } of world.lines) {
    const piece = assembler.take({ lsn, data });
    if (piece !== undefined) pieces.push(piece);
  }
  writePieces(
    index.writer,
    lineageOf('1', 1, []),
    pieces,
    pieces.map(({ commit }) => (commit?.tokens ?? []).map(attribute)),
  );
  index.writer.commit();
  return index;
}

test('[U37] a plan made from the index on disk is the one made from the changes as they were decoded', async () => {
  for (const seed of SEEDS) {
    const dice = new Dice(seed);
    const tables = drawTables(dice);
    const world = await World.create(cluster, createStatements(tables));
    try {
      await new Story(world, dice, tables, seed < 1000).tell(40);
      const settings = settingsOf(tables);
      const first = (await world.remember())[12]?.origin.commitLsn ?? null;
      const index = await indexOf(world, join(directory, String(seed)));
      for (const way of ['undo', 'redo'] as const) {
        const { plan } = await world.plan(settings, { way, cleanLsn: first });
        const request: PlanRequest = {
          id: way,
          way,
          scope: ATTACK,
          cleanLsn: first,
          tables: await listDescriptions(world.admin),
        };
        const asked = {
          compartment: 'website',
          source: index.reader,
          repair: repairOf(settings),
          directory: join(directory, `plans-${seed}`),
        };
        const same = await makePlan(asked, request);
        assert.deepEqual({ ...same, id: plan.id, systemId: null }, plan, `seed ${seed}, ${way}`);
      }
      index.close();
    } finally {
      await world.close();
    }
  }
});
