import type { RepairStep, RowImage } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Steps } from './repair.actions.ts';
import { listDangling } from './repair-check.store.ts';
import { finalKey, type RowRepair } from './repair-row.actions.ts';
import type { CheckedKey, RepairSession, RepairTable } from './repair-table.store.ts';

const ROUNDS = 50;
/** Beyond, whole tables are looked through. */
const KEYS_LIMIT = 20_000;

type Validation = {
  readonly session: RepairSession;
  readonly rows: RowRepair;
  readonly steps: Steps;
  readonly tables: readonly RepairTable[];
  readonly written: WrittenReferences;
};

/** Rows whose references were written, by their tables. */
export class WrittenReferences {
  /** Keys that steps changed, in their order. */
  readonly #moves: { readonly table: string; readonly from: string; readonly to: string }[] = [];
  readonly #tables = new Map<string, { readonly columns: Set<string>; keys: Map<string, (string | null)[]> | null }>();

  note(table: RepairTable, step: RepairStep): void {
    if (table.references.length === 0 || step.kind === 'delete') return;
    const isMoved = step.kind === 'update' && step.cells.some(({ column }) => table.primaryKey.includes(column));
    if (isMoved)
      this.#moves.push({ table: table.name, from: keyText(table, step.key), to: keyText(table, finalKey(table, step)) });
    const referring = new Set(table.references.flatMap(({ columns }) => columns));
    const written = step.kind === 'insert' ? [...referring] : step.cells.map(({ column }) => column);
    const columns = written.filter((column) => referring.has(column));
    const noted = this.#tables.get(table.name) ?? { columns: new Set<string>(), keys: new Map<string, (string | null)[]>() };
    for (const column of columns) noted.columns.add(column);
    if (columns.length > 0) {
      const final = finalKey(table, step);
      const key = table.primaryKey.map((column) => final[column] ?? null);
      noted.keys?.set(JSON.stringify(key), key);
    }
    // A row that stands under another key by now is not found by the one that it had.
    if (isMoved || table.primaryKey.length === 0 || (noted.keys?.size ?? 0) > KEYS_LIMIT) noted.keys = null;
    this.#tables.set(table.name, noted);
  }

  /** Every key under which steps met rows → the key under which the row stands. */
  namesOf(table: string, keys: Iterable<string>): Map<string, string> {
    const names = new Map([...keys].map((key) => [key, key]));
    for (const { table: moved, from, to } of this.#moves.toReversed()) {
      const stands = names.get(to);
      if (moved === table && stands !== undefined) names.set(from, stands);
    }
    return names;
  }

  /** Whose rows are to be looked at under a foreign key; `null`: all; `undefined`: none. */
  keysUnder(foreignKey: CheckedKey): (string | null)[][] | null | undefined {
    const noted = this.#tables.get(foreignKey.childName);
    if (!noted || !foreignKey.columns.some((column) => noted.columns.has(column))) return undefined;
    return noted.keys === null ? null : [...noted.keys.values()];
  }
}

type Dangling = { readonly foreignKey: CheckedKey; readonly keys: ReadonlySet<string> };

/**
 * Looks for rows that refer to nothing, among those whose references were written: a row that was referred to is not
 * deleted in the first place. A row that the repair brought back goes again if what it refers to is gone.
 * @returns how many foreign keys hold
 * @throws EstateError `repair.not_valid`
 */
export async function validateReferences(validation: Validation): Promise<number> {
  const { session, tables, written } = validation;
  for (let round = 0; round < ROUNDS; round += 1) {
    const dangling: Dangling[] = [];
    let validated = 0;
    for (const table of tables) {
      for (const foreignKey of table.references) {
        const keys = written.keysUnder(foreignKey);
        if (keys === undefined) continue;
        validated += 1;
        const found = await listDangling(session, foreignKey, table, keys);
        if (found.length > 0) dangling.push({ foreignKey, keys: new Set(found) });
      }
    }
    if (dangling.length === 0) return validated;
    if (!(await takeBackSteps(validation, dangling))) throw broken(dangling);
  }
  throw new EstateError('repair.not_valid', `checking foreign keys: rows still refer to nothing after ${ROUNDS} rounds`);
}

async function takeBackSteps({ steps, tables, rows, written }: Validation, dangling: readonly Dangling[]): Promise<boolean> {
  const met = dangling.map(({ foreignKey, keys }) => ({ foreignKey, names: written.namesOf(foreignKey.childName, keys) }));
  let hasTakenBack = false;
  for await (const step of steps()) {
    const table = tables.find(({ name }) => name === step.table);
    if (table === undefined || step.kind === 'delete') continue;
    for (const { foreignKey, names } of met) {
      const stands = foreignKey.childName === step.table ? names.get(keyText(table, finalKey(table, step))) : undefined;
      if (stands === undefined) continue;
      const key = keySchema.parse(JSON.parse(stands));
      hasTakenBack = (await rows.takeBack(table, step, key, foreignKey)) || hasTakenBack;
    }
  }
  return hasTakenBack;
}

const keySchema = z.array(z.string().nullable());

function keyText(table: RepairTable, image: RowImage): string {
  return JSON.stringify(table.primaryKey.map((column) => image[column] ?? null));
}

function broken(dangling: readonly Dangling[]): EstateError {
  const found = dangling.map(({ foreignKey, keys }) => `${foreignKey.name} of ${foreignKey.childName} (${keys.size} rows)`);
  return new EstateError(
    'repair.not_valid',
    `checking foreign keys: rows would refer to nothing: ${found.join(', ').slice(0, 500)}`,
  );
}
