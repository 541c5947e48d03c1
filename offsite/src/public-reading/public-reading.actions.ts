import { type Estate, estateOfReadingRoom, type NameWay, type PublicReading, readingOriginOf } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { ReadingRoomPeer } from '#peer/reading-room.actions.ts';
import type { SupervisorPeer } from '#peer/supervisor.actions.ts';
import { listNeeds, listPages, type ReadingFacts, tellReaders } from './public-reading.rules.ts';
import type { NameOrder, PublicReadingStore } from './public-reading.store.ts';

export type PublicReadingDeps = Omit<ReadingFacts, 'estate' | 'inCharge'> & {
  readonly estate: Estate;
  readonly inCharge: () => ReadingFacts['inCharge'];
  readonly store: PublicReadingStore;
  readonly supervisor: Pick<SupervisorPeer, 'moveReadersNames'>;
  /** Undefined without a reading room. */
  readonly room: ReadingRoomPeer | undefined;
  readonly now: Now;
  readonly log: Log;
};

/** Where the public reads while headquarters cannot serve it: the reading room off-site, which is always open [FO7]. */
export class PublicReadingBoard {
  readonly #deps: PublicReadingDeps;
  readonly #shown: Estate | undefined;
  #order: NameOrder | null = null;

  constructor(deps: PublicReadingDeps) {
    this.#deps = deps;
    this.#shown = estateOfReadingRoom(deps.estate);
  }

  async load(): Promise<void> {
    this.#order = (await this.#deps.store.findOrder()) ?? null;
  }

  /**
   * An operator lets the names of public pages lead to the reading room, or back [FO8]. One operator's word is enough: what is read there
   * was approved and signed, and nothing can be changed.
   * @throws EstateError `failover.wrong_state`
   */
  async moveNames(asked: { readonly way: NameWay; readonly operator: string; readonly reason: string }): Promise<void> {
    const { estate, inCharge, supervisor } = this.#deps;
    const refuse = (why: string) => new EstateError('failover.wrong_state', `moving the names of public pages: ${why}`);
    if (!estate.readingRoom) throw refuse('the configuration names no reading room; set readingRoom, then start off-site again');
    if (asked.way === 'away' && inCharge() === 'stand-in') throw refuse('the stand-in serves them');
    const told = await supervisor.moveReadersNames(asked.way);
    await this.#save(asked, told ?? "no hook is configured: the names are a person's to move");
  }

  /** A move between the sites took all names along: none leads to the reading room any more. */
  async noteMoved(move: string): Promise<void> {
    if (this.#order?.way !== 'away') return;
    await this.#save(
      { way: 'home', operator: move, reason: 'all names moved with the site' },
      'moved by the hook of the stand-in',
    );
  }

  async #save(
    { way, operator, reason }: { readonly way: NameWay; readonly operator: string; readonly reason: string },
    told: string,
  ): Promise<void> {
    const order = { way, sinceAt: this.#deps.now().toISOString(), by: operator, reason, told };
    await this.#deps.store.saveOrder(order);
    this.#order = order;
  }

  #listNeeds(): string[] {
    return listNeeds({ ...this.#deps, inCharge: this.#deps.inCharge() });
  }

  /** For the status page. */
  tellReaders() {
    return tellReaders(this.#shown, this.#listNeeds(), this.#order);
  }

  /** For operators. */
  async describe(): Promise<PublicReading> {
    const { estate, room, log } = this.#deps;
    const editions = await room?.listEditions().catch((error: unknown) => {
      log.warn({ err: error }, 'asking the reading room');
      return undefined;
    });
    const pages = this.#shown ? listPages(this.#shown) : [];
    const notAllowed = estate.compartments.flatMap(({ manifest }) =>
      readingOriginOf(manifest) !== undefined && manifest.publicReading === undefined ? [manifest.name] : [],
    );
    return {
      room: this.#shown
        ? {
            isUp: editions !== undefined,
            pages: pages.map((one) => ({ ...one, edition: editions?.[one.compartment] ?? null })),
          }
        : null,
      notAllowed,
      names: this.#order,
      neededFor: this.#listNeeds(),
    };
  }
}
