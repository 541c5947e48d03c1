/** So long after they last said so, somebody is taken to have gone. */
const PRESENT_MS = 25_000;
const PLACES = 10_000;

type Somebody = { readonly name: string; readonly seenAtMs: number };

/**
 * Who has which draft open, in memory alone: it is said anew every few seconds, and after a restart as well. It only
 * tells; that nobody's words are lost is seen to by the revision that every save names.
 */
export class Presence {
  readonly #places = new Map<string, Map<string, Somebody>>();

  /** Notes that somebody has a draft open; returns the names of the others who have. */
  tell(place: string, person: { readonly accountId: string; readonly name: string }, now: Date): string[] {
    const nowMs = now.getTime();
    this.#forget(nowMs);
    const people = this.#places.get(place) ?? new Map<string, Somebody>();
    people.set(person.accountId, { name: person.name, seenAtMs: nowMs });
    if (this.#places.size < PLACES || this.#places.has(place)) this.#places.set(place, people);
    const others = [...people].filter(([accountId]) => accountId !== person.accountId);
    return [...new Set(others.map(([, { name }]) => name))].toSorted();
  }

  #forget(nowMs: number): void {
    for (const [place, people] of this.#places) {
      for (const [accountId, { seenAtMs }] of people) if (nowMs - seenAtMs > PRESENT_MS) people.delete(accountId);
      if (people.size === 0) this.#places.delete(place);
    }
  }
}
