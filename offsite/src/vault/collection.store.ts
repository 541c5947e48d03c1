import type { StatementSync } from 'node:sqlite';
import type { BlobName } from './target/target.rules.ts';

export type Prepare = (sql: string) => StatementSync;
/** A blob that a collection may judge: nobody asked for it for long enough. */
export type CandidateRow = { readonly sha256: string; readonly bytes: number; readonly doomedLsn: bigint | null };

const UNASKED = "leased_at <= ? and state in ('here', 'damaged')";

/** The part of the register that collections ask and change. What changes anything belongs within a `write` of the register. */
export class CollectionRegister {
  readonly #prepare: Prepare;

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  /** Those asked for longest ago first. */
  listCandidates(compartment: string, leasedBefore: number, limit: number): CandidateRow[] {
    const sql = `select sha256, bytes, doomed_lsn from blob where compartment = ? and ${UNASKED} order by leased_at, sha256 limit ?`;
    return this.#prepare(sql)
      .all(compartment, leasedBefore, limit)
      .map((row) => ({
        sha256: String(row['sha256']),
        bytes: Number(row['bytes']),
        doomedLsn: row['doomed_lsn'] === null ? null : BigInt(String(row['doomed_lsn'])),
      }));
  }

  /** Something names it: nobody need ask again for as long as if it had just been brought. */
  keepNamed({ compartment, sha256 }: BlobName, at: number): void {
    const sql = 'update blob set leased_at = ?, doomed_lsn = null where compartment = ? and sha256 = ?';
    this.#prepare(sql).run(at, compartment, sha256);
  }

  /** @returns false if it was marked before, or somebody asked for it meanwhile */
  mark({ compartment, sha256 }: BlobName, lsn: bigint, leasedBefore: number): boolean {
    const sql = `update blob set doomed_lsn = ? where compartment = ? and sha256 = ? and doomed_lsn is null and ${UNASKED}`;
    return this.#prepare(sql).run(lsn, compartment, sha256, leasedBefore).changes === 1;
  }

  /** Lets go of what an earlier round marked, up to a proven point. @returns false if somebody asked for it meanwhile */
  letLeave({ compartment, sha256 }: BlobName, provenLsn: bigint, leasedBefore: number): boolean {
    const sql = `update blob set state = 'leaving' where compartment = ? and sha256 = ? and doomed_lsn <= ? and ${UNASKED}`;
    return this.#prepare(sql).run(compartment, sha256, provenLsn, leasedBefore).changes === 1;
  }

  /** Somebody asked for it before its bytes were gone. @returns false if it was not leaving */
  revive({ compartment, sha256 }: BlobName, at: number): boolean {
    const sql = `update blob set state = 'here', leased_at = ?, doomed_lsn = null
      where compartment = ? and sha256 = ? and state = 'leaving'`;
    return this.#prepare(sql).run(at, compartment, sha256).changes === 1;
  }

  /** What is leaving, in the order of the digests. */
  *eachLeaving(compartment: string): Generator<{ readonly sha256: string; readonly bytes: number }> {
    const sql = `select sha256, bytes from blob where compartment = ? and sha256 > ? and state = 'leaving' and state <> 'here'
      order by sha256 limit 1000`;
    let after = '';
    for (;;) {
      const rows = this.#prepare(sql).all(compartment, after);
      for (const row of rows) yield { sha256: String(row['sha256']), bytes: Number(row['bytes']) };
      const last = rows.at(-1);
      if (!last) return;
      after = String(last['sha256']);
    }
  }
}
