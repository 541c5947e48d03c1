import type { Log } from '@bulkhead/kernel';
import type { Admin } from '@bulkhead/postgres';
import { endSnapshot, hasDatabase, isCatalogKept, takeSnapshot } from './cluster.store.ts';

/** No standby for so long: then history begins behind what was cleaned away, and says so. */
const HELD_AT_MOST_MS = 1_800_000;

/**
 * Keeps the catalog's old rows in a cluster that no standby holds back yet: a restored one knows no slot of off-site's
 * until it is joined, and what is cleaned away before cannot be decoded there any more [O14].
 */
export class CatalogHold {
  readonly #inside: Admin;
  readonly #sinceMs = performance.now();

  private constructor(inside: Admin) {
    this.#inside = inside;
  }

  /** Undefined where nothing is to be held: a standby does so, or there is no such database yet. */
  static async begin(admin: Admin, database: string): Promise<CatalogHold | undefined> {
    if ((await isCatalogKept(admin)) || !(await hasDatabase(admin, database))) return undefined;
    const inside = await admin.toDatabase(database);
    await takeSnapshot(inside);
    return new CatalogHold(inside);
  }

  /** Whether it is over: a standby holds the rows back itself, or none came. */
  async isOver(admin: Admin, log: Log): Promise<boolean> {
    const isLate = performance.now() - this.#sinceMs > HELD_AT_MOST_MS;
    if (isLate) log.warn('no standby off-site came to hold the catalog back: history may have a gap');
    if (!isLate && !(await isCatalogKept(admin))) return false;
    await endSnapshot(this.#inside).catch(() => undefined);
    await this.close();
    return true;
  }

  async close(): Promise<void> {
    await this.#inside.close().catch(() => undefined);
  }
}
