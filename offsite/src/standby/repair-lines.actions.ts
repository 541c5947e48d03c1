import { EstateError } from '@bulkhead/kernel';
import { sqlState } from '@bulkhead/postgres';
import type { RepairHead, Steps } from './repair.actions.ts';
import { finalKey } from './repair-row.actions.ts';
import type { RepairSession, RepairTable } from './repair-table.store.ts';

const KEYS_AT_ONCE = 1000;

/**
 * Lets the journals of a compartment say what was taken back, by the manifest's own statements: for each row that steps may have
 * written, in the repair's transaction [U39].
 * @throws EstateError `repair.not_valid` if a statement fails: then nothing is changed
 */
export async function writeLines(given: {
  readonly session: RepairSession;
  readonly head: Pick<RepairHead, 'plan' | 'lines'>;
  readonly steps: Steps;
  readonly tables: ReadonlyMap<string, RepairTable>;
}): Promise<void> {
  const { session, head, steps, tables } = given;
  const statements = Map.groupBy(head.lines, ({ table }) => table);
  if (statements.size === 0) return;
  const waiting = new Map<string, Set<string>>();
  const tell = async (table: string) => {
    const keys = waiting.get(table) ?? new Set();
    waiting.delete(table);
    for (const { sql } of statements.get(table) ?? []) await run(session, sql, { table, plan: head.plan, keys });
  };
  for await (const step of steps()) {
    const table = tables.get(step.table);
    if (step.kind === 'delete' || table === undefined || !statements.has(step.table)) continue;
    const keys = waiting.get(step.table) ?? new Set();
    waiting.set(step.table, keys.add(JSON.stringify(finalKey(table, step))));
    if (keys.size >= KEYS_AT_ONCE) await tell(step.table);
  }
  // Those told of are taken out: a map is gone through as it stands.
  for (const table of waiting.keys()) await tell(table);
}

async function run(
  session: RepairSession,
  sql: string,
  { table, plan, keys }: { readonly table: string; readonly plan: string; readonly keys: ReadonlySet<string> },
): Promise<void> {
  try {
    await session.query(sql, [`[${[...keys].join(',')}]`, plan]);
  } catch (cause) {
    // Met crosswise with somebody else's transaction, or the session is gone: that is no fault of the statement.
    if (!/^(?:22|23|42)/.test(sqlState(cause) ?? '')) throw cause;
    throw new EstateError('repair.not_valid', `telling of what was taken back in ${table}: the statement of the manifest fails`, {
      cause,
    });
  }
}
