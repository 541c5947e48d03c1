import { hasCode, type Now, sleepMs } from '@bulkhead/kernel';
import type { Version } from '#sample/newsroom.ts';
import type { Intent } from './staff.ts';

/** A request that was answered with yes: it must be there after any recovery. */
export type HonestRequest = {
  readonly requestId: string;
  readonly email: string;
  readonly intent: Intent;
  readonly version: Version;
  readonly sentAt: Date;
  readonly answeredAt: Date;
};
export type PeopleCount = {
  readonly acknowledged: readonly HonestRequest[];
  readonly refused: number;
  /** What was written to when no answer came: nobody was told that it is saved, or that it is not. */
  readonly inDoubt: ReadonlySet<string>;
};

const QUIET_POLL_MS = 5;
/** Answers of a door that passed nothing on; after any other failure a person is told to look before trying again. */
export const REFUSED_AT_DOOR = /compartment\.(sealed|read_only)|lease\.expired|sign_in\.unreachable|route\.closed/;

/**
 * People who work on one thing after another until they are stopped, and rest meanwhile when they are asked to. Every answer is
 * noted: yes (acknowledged), no (refused, nothing to lose), or none (in doubt).
 */
export class AtWork {
  readonly #perform: (email: string, intent: Intent) => Promise<Version>;
  readonly #now: Now;
  readonly #throttledMs: number;
  readonly #acknowledged: HonestRequest[] = [];
  readonly #inDoubt = new Set<string>();
  #stop = new AbortController();
  #refused = 0;
  #underWay = 0;
  #isPaused = false;
  #running: Promise<void>[] = [];

  /** @param options.throttledMs how long somebody waits who was told that they ask too often */
  constructor(options: {
    readonly perform: (email: string, intent: Intent) => Promise<Version>;
    readonly now: Now;
    readonly throttledMs: number;
  }) {
    this.#perform = options.perform;
    this.#now = options.now;
    this.#throttledMs = options.throttledMs;
  }

  /** So far. */
  get count(): PeopleCount {
    return { acknowledged: this.#acknowledged, refused: this.#refused, inDoubt: this.#inDoubt };
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Lets people begin, each with a task that ends once `isStopped`; after a stop they begin anew. */
  begin(tasks: readonly (() => Promise<void>)[]): void {
    this.#stop = new AbortController();
    this.#running = tasks.map((task) => task());
  }

  /** Everybody finishes what is under way, and waits. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    while (this.#underWay > 0) await sleepMs(QUIET_POLL_MS);
  }

  goOn(): void {
    this.#isPaused = false;
  }

  async untilGoingOn(): Promise<void> {
    while (this.#isPaused && !this.isStopped) await sleepMs(QUIET_POLL_MS);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** Somebody does something; @returns undefined when it was refused or not answered */
  async act(email: string, intent: Intent): Promise<HonestRequest | undefined> {
    const sentAt = this.#now();
    this.#underWay += 1;
    try {
      const version = await this.#perform(email, intent);
      const done = { requestId: version.requestId, email, intent, version, sentAt, answeredAt: this.#now() };
      this.#acknowledged.push(done);
      return done;
    } catch (error) {
      if (hasCode(error, 'wire.unreachable')) this.#inDoubt.add(intent.slug);
      else if (hasCode(error, 'wire.refused') || hasCode(error, 'wire.invalid_reply'))
        await this.#noteRefusal(error instanceof Error ? error.message : '', intent.slug);
      else throw error;
      return undefined;
    } finally {
      this.#underWay -= 1;
    }
  }

  async #noteRefusal(why: string, slug: string): Promise<void> {
    if (why.includes('status 429')) await sleepMs(this.#throttledMs);
    else if (/status 5\d\d/.test(why) && !REFUSED_AT_DOOR.test(why)) this.#inDoubt.add(slug);
    else this.#refused += 1;
  }
}
