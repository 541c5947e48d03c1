import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WalFile } from '@bulkhead/contracts';
import type { ArchiveClient } from './archive-client.actions.ts';

const FETCHED_AT_ONCE = 3;
const FAILED = 'failed';
/** How long a replay waits for one segment. */
const WAIT_S = 600;
const LOOKS_PER_S = 50;

/**
 * Lays WAL down into `pg_wal` while it is being replayed. What has yet to come has a mark; the command that PostgreSQL asks for a segment
 * waits until its mark is gone, and always says that it has none: PostgreSQL then takes what stands in `pg_wal`.
 */
export class WalLaying {
  readonly #archive: ArchiveClient;
  readonly #files: readonly WalFile[];
  readonly #marks: string;
  readonly #into: string;
  #isOver = false;

  private constructor(archive: ArchiveClient, files: readonly WalFile[], marks: string, into: string) {
    this.#archive = archive;
    this.#files = files;
    this.#marks = marks;
    this.#into = into;
  }

  /** @param marks a directory of its own, made anew; @param into the `pg_wal` of the base */
  static async begin(archive: ArchiveClient, files: readonly WalFile[], marks: string, into: string): Promise<WalLaying> {
    await rm(marks, { recursive: true, force: true });
    await mkdir(marks, { mode: 0o700 });
    for (const { name } of files) await writeFile(join(marks, name), '', { mode: 0o600 });
    return new WalLaying(archive, files, marks, into);
  }

  /** `restore_command` for the replay: ends at once for what does not come, and ends the replay when the laying failed. */
  get command(): string {
    const at = (name: string) => `'${join(this.#marks, name).replaceAll("'", `'\\''`).replaceAll('%', '%%')}`;
    const mark = `${at('')}/'%f`;
    const stop = `[ -e ${at(FAILED)}' ] || [ $n -gt ${WAIT_S * LOOKS_PER_S} ]`;
    return `n=0; while [ -e ${mark} ]; do if ${stop}; then exit 126; fi; n=$((n+1)); sleep ${1 / LOOKS_PER_S}; done; exit 1`;
  }

  /** Lays down everything, in the order in which it is needed, unless it is stopped. @throws EstateError `archive.damaged`, `wire.unreachable`, `disk.full` */
  async run(): Promise<void> {
    const waiting = [...this.#files];
    const next = async () => {
      for (let file = waiting.shift(); file && !this.#isOver; file = waiting.shift()) {
        await this.#archive.fetchWal(file, this.#into);
        await rm(join(this.#marks, file.name));
      }
    };
    const laid = await Promise.allSettled(
      Array.from({ length: FETCHED_AT_ONCE }, () =>
        next().catch(async (error: unknown) => {
          await this.stop();
          throw error;
        }),
      ),
    );
    for (const one of laid) if (one.status === 'rejected') throw one.reason;
  }

  /** Nothing more is laid down; a replay that still waits ends. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await writeFile(join(this.#marks, FAILED), '', { mode: 0o600 }).catch(() => undefined);
  }
}
