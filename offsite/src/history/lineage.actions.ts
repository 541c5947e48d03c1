import { EstateError } from '@bulkhead/kernel';
import { type Ancestor, historyName, parseHistory } from '#archive/wal.rules.ts';
import type { ArchiveClient } from '#standby/archive-client.actions.ts';
import { type Lineage, lineageOf } from './lineage.rules.ts';
import type { Position } from './transaction.rules.ts';

/** The way of the archive's timelines, as the receiver tells it: a jail is not asked. */
export class LineageReader {
  readonly #archive: ArchiveClient;

  constructor(archive: ArchiveClient) {
    this.#archive = archive;
  }

  /** @throws EstateError `archive.gap` while nothing was received */
  async read(): Promise<Lineage> {
    const { systemId, timeline } = await this.#archive.readStream();
    if (systemId === null || timeline === null) {
      throw new EstateError('archive.gap', 'looking for what to decode: nothing was received of this compartment yet');
    }
    return lineageOf(systemId, timeline, await this.#readAncestors(timeline));
  }

  /** Whether this is the way still: a standby goes over to a timeline that was joined by itself, before it is built anew. */
  async isFollowed({ systemId, legs }: Lineage): Promise<boolean> {
    const stream = await this.#archive.readStream();
    return stream.systemId === systemId && stream.timeline === legs.at(-1)?.timeline;
  }

  /** Where the position's timeline came from, if it is not on the way. */
  async ancestorsOf(position: Position | null, lineage: Lineage): Promise<readonly Ancestor[]> {
    if (position === null || position.systemId !== lineage.systemId) return [];
    if (lineage.legs.some(({ timeline }) => timeline === position.timeline)) return [];
    return this.#readAncestors(position.timeline);
  }

  async #readAncestors(timeline: number): Promise<Ancestor[]> {
    return timeline === 1 ? [] : parseHistory(await this.#archive.readHistory(historyName(timeline)));
  }
}
