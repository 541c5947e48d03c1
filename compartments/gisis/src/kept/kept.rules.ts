/** What was counted, and when. */
export type Counted<Value> = { readonly value: Value; readonly at: Date };

type Entry<Value> = {
  readonly version: string | null;
  readonly begunAt: number;
  readonly made: Promise<Counted<Value>>;
  /** It was counted, and there was nothing. */
  isNothing: boolean;
};

type KeptOptions<Value> = {
  /** Whether there was nothing to count: the first that comes is to be seen at once. */
  readonly isNothing: (value: Value) => boolean;
  readonly most?: number;
  /** How long what claims no version is kept. */
  readonly momentMs?: number;
  /** How long `soon` waits, and how many of its counts are made at once. */
  readonly patienceMs?: number;
  readonly atOnce?: number;
};

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms);
  });
}

/**
 * Keeps what is costly to count: as long as its version stands, and while nobody can tell a version for a moment only; that there is
 * nothing as long as its version stands alone. Whoever asks while it is being counted waits for the same count. What was not asked
 * for the longest goes first.
 */
export class Kept<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #isNothing: (value: Value) => boolean;
  readonly #most: number;
  readonly #momentMs: number;
  readonly #patienceMs: number;
  readonly #atOnce: number;
  #underWay = 0;

  constructor({ isNothing, most = 200, momentMs = 30_000, patienceMs = 20, atOnce = 2 }: KeptOptions<Value>) {
    this.#isNothing = isNothing;
    this.#most = most;
    this.#momentMs = momentMs;
    this.#patienceMs = patienceMs;
    this.#atOnce = atOnce;
  }

  get(key: string, version: string | null, now: Date, make: () => Promise<Value>): Promise<Counted<Value>> {
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const entry = known !== undefined && this.#isGood(known, version, now) ? known : this.#begin(key, version, now, make);
    this.#entries.set(key, entry);
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
    }
    return entry.made;
  }

  /**
   * The same, but nobody waits long for it: undefined while it is being counted, and where another count is under way already. Whoever
   * asks later finds it.
   */
  async soon(key: string, version: string | null, now: Date, make: () => Promise<Value>): Promise<Counted<Value> | undefined> {
    const known = this.#entries.get(key);
    const isKnown = known !== undefined && this.#isGood(known, version, now);
    if (!isKnown && this.#underWay >= this.#atOnce) return undefined;
    const made = this.get(key, version, now, () => this.#watch(make));
    // It goes on without whoever asked; a fault of it is told to the next who asks.
    made.catch(() => undefined);
    return Promise.race([made, after(this.#patienceMs)]);
  }

  async #watch(make: () => Promise<Value>): Promise<Value> {
    this.#underWay += 1;
    try {
      return await make();
    } finally {
      this.#underWay -= 1;
    }
  }

  // What claims a version must hold all of it: only where none is claimed may a count be a moment old.
  #isGood(entry: Entry<Value>, version: string | null, now: Date): boolean {
    if (version !== null) return entry.version === version;
    return !entry.isNothing && now.getTime() - entry.begunAt < this.#momentMs;
  }

  #begin(key: string, version: string | null, now: Date, make: () => Promise<Value>): Entry<Value> {
    const made = make().then((value) => {
      entry.isNothing = this.#isNothing(value);
      return { value, at: now };
    });
    const entry: Entry<Value> = { version, begunAt: now.getTime(), made, isNothing: false };
    made.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry;
  }
}
