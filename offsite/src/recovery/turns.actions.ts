/** How many copies are restored at once: each keeps about one core busy. */
const AT_ONCE = 2;

type Waiting = { readonly order: number; readonly begin: () => void };

/** Restores of many compartments take turns: those that others need come first. */
export class Turns {
  #running = 0;
  readonly #waiting: Waiting[] = [];

  /** @param order the manifest's recovery order: the lowest goes first */
  async take<Result>(order: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= AT_ONCE) await new Promise<void>((begin) => this.#waiting.push({ order, begin }));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  // A turn is handed on as it is: nobody who comes later slips in between.
  #next(): void {
    const first = this.#waiting.toSorted((left, right) => left.order - right.order)[0];
    if (!first) {
      this.#running -= 1;
      return;
    }
    this.#waiting.splice(this.#waiting.indexOf(first), 1);
    first.begin();
  }
}
