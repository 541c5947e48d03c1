import type { Prepare } from './collection.store.ts';
import type { BlobName } from './target/target.rules.ts';

/** The part of the register that knows until when the target holds each blob, whoever asks for its removal. */
export class LockRegister {
  readonly #prepare: Prepare;

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  /**
   * Blobs that are kept and whose lock is to be prolonged, in the order of their digests: by the clock, or by the vault's
   * own time, whichever says so first. What a collection found unnamed is left to run out.
   */
  listDue(compartment: string, beforeMs: number, atSeconds: number, after: string, limit: number): string[] {
    const sql = `select sha256 from blob where compartment = ? and sha256 > ? and state in ('here', 'damaged') and doomed_lsn is null
      and (lock_until is null or lock_until <= ? or lock_due <= ?) order by sha256 limit ?`;
    return this.#prepare(sql)
      .all(compartment, after, beforeMs, atSeconds, limit)
      .map((row) => String(row['sha256']));
  }

  /** @param dueAt by own time, when to prolong it again at the latest */
  keep({ compartment, sha256 }: BlobName, untilMs: number, dueAt: number): void {
    const sql = 'update blob set lock_until = ?, lock_due = ? where compartment = ? and sha256 = ?';
    this.#prepare(sql).run(untilMs, dueAt, compartment, sha256);
  }
}
