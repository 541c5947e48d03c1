import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepairOutcome } from '@bulkhead/contracts';
import { applyRepair, type RepairHead, RepairJournal } from './repair.actions.ts';
import { readSteps, spoolRepair } from './repair-spool.actions.ts';
import { JailSession } from './session.store.ts';
import type { JailDatabase } from './verify.actions.ts';

const STATEMENT_MS = 3_600_000;

/** Carries out repairs in a quarantine, one at a time. What was carried out is remembered as long as the cluster stands. */
export class JailRepairs {
  readonly #directory: string;
  readonly #journal = new RepairJournal();
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Goes on to its end when the caller is gone; asked again, answers what was done.
   * @throws EstateError `repair.wrong_digest`, `repair.not_valid`, `input.invalid`, `postgres.query_failed`
   */
  async carryOut(database: JailDatabase, body: AsyncIterable<Uint8Array>): Promise<RepairOutcome> {
    const path = join(this.#directory, `repair-${randomBytes(8).toString('hex')}.ndjson`);
    try {
      const head = await spoolRepair(body, path);
      const turn = this.#last.then(() => this.#apply(database, head, path));
      this.#last = turn.catch(() => undefined);
      return await turn;
    } finally {
      await rm(path, { force: true });
    }
  }

  async #apply({ socketDirectory, compartment }: JailDatabase, head: RepairHead, path: string): Promise<RepairOutcome> {
    const session = await JailSession.open(socketDirectory, compartment, STATEMENT_MS);
    try {
      const target = { query: <Row>(sql: string, params?: readonly unknown[]) => session.query<Row>(sql, params) };
      return await applyRepair(target, head, () => readSteps(path), this.#journal);
    } finally {
      await session.close();
    }
  }
}
