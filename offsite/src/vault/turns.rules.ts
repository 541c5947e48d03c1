import type { BlobName } from './target/target.rules.ts';

/** Who wants to change the same blob does so one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Works once everybody who asked before for one of these blobs has ended. Nobody waits for somebody who asked later:
   * so no two wait for each other, whatever blobs they ask for.
   */
  take<Result>(names: readonly BlobName[], work: () => Promise<Result>): Promise<Result> {
    const keys = names.map(({ compartment, sha256 }) => `${compartment}/${sha256}`);
    const done = Promise.all(keys.map((key) => this.#last.get(key) ?? Promise.resolve())).then(work);
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    for (const key of keys) this.#last.set(key, settled);
    void settled.then(() => {
      for (const key of keys) if (this.#last.get(key) === settled) this.#last.delete(key);
    });
    return done;
  }
}
