import type { RenderedRound, RenderRequest } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { type Assembled, Assembly, type AssemblyDeps } from './assembly.actions.ts';
import { ErasedContents } from './erased-contents.actions.ts';
import { Renderer } from './renderer.actions.ts';
import type { Shelf } from './shelf.actions.ts';
import type { RowsChange } from './source.actions.ts';

export type MakingDeps = {
  readonly compartment: string;
  readonly checkout: string;
  readonly directory: string;
  readonly request: Omit<RenderRequest, 'now' | 'erased'>;
  readonly assembly: Omit<AssemblyDeps, 'shelf' | 'compartment' | 'onErased'>;
  readonly shelf: Shelf;
  readonly raise: (seen: Seen) => void;
  readonly now: Now;
};

/** What rows show: files, whom they are about, and when the same rows show something else. */
export type Made = Assembled & { readonly nextAt: Date | null };
type Line = { readonly renderer: Renderer; readonly assembly: Assembly };

/** Makes files of rows: a renderer and what was checked of its work, kept between rounds, and begun anew after every fault. */
export class Making {
  readonly #deps: MakingDeps;
  readonly #signal: AbortSignal;
  #line: Line | undefined;
  /** Contents that pages name and that two operators erased; learned from the vault when a page needed them. */
  readonly #erased = new ErasedContents();

  constructor(deps: MakingDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  get isBegun(): boolean {
    return this.#line !== undefined;
  }

  /** Ends a renderer that has worked for long, and one that was told of erased contents which are allowed again. */
  async refresh(): Promise<void> {
    const isOther = await this.#erased.forgetAllowed(this.#deps.assembly.vault, this.#deps.compartment);
    if (isOther || this.#line?.renderer.isWorn) await this.forget();
  }

  /**
   * Makes the files of rows, or of what became of them.
   * @param readAll reads all rows: contents were met that are erased, of which another renderer must be told
   */
  async make(first: RowsChange, readAll: () => Promise<RowsChange>): Promise<Made & { readonly lsn: string }> {
    let rows = first;
    const made = await this.#erased.around(
      async () => {
        if (rows.isWhole) await this.forget();
        this.#line ??= this.#start();
        return this.#assemble(this.#line, rows);
      },
      async () => {
        await this.forget();
        rows = await readAll();
      },
    );
    return { ...made, lsn: rows.lsn };
  }

  /** Makes the files of all rows of a copy, with a renderer of its own. */
  makeApart(rows: RowsChange): Promise<Made> {
    return this.#erased.around(async () => {
      const line = this.#start();
      try {
        return await this.#assemble(line, rows);
      } finally {
        await line.renderer.close();
      }
    });
  }

  /** The next time begins with all rows and another renderer. */
  async forget(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await line?.renderer.close();
  }

  forgetErased(): void {
    this.#erased.forget();
  }

  #request(): RenderRequest {
    return { ...this.#deps.request, now: this.#deps.now().toISOString(), erased: this.#erased.list() };
  }

  #start(): Line {
    const { checkout, directory, assembly, shelf, compartment } = this.#deps;
    const renderer = new Renderer({ checkout, directory, request: this.#request(), signal: this.#signal });
    const onErased = (sha256: string, path: string) => this.#tellErased(sha256, path);
    return { renderer, assembly: new Assembly({ ...assembly, shelf, compartment, onErased }) };
  }

  async #assemble({ renderer, assembly }: Line, rows: RowsChange): Promise<Made> {
    const rendering = renderer.render(rows.changes, this.#deps.now().toISOString());
    let ended: RenderedRound | undefined;
    await assembly.take(
      (async function* () {
        ended = yield* rendering;
      })(),
    );
    return { ...assembly.list(ended?.files ?? 0), nextAt: ended?.nextAt ? new Date(ended.nextAt) : null };
  }

  /** The page stays as it was, or out of the edition; all others are published [E16]. */
  #tellErased(sha256: string, path: string): void {
    if (!this.#erased.add(sha256)) return;
    this.#deps.raise({
      rule: 'edition.erased_contents',
      compartment: this.#deps.compartment,
      summary:
        'a page names contents that two operators erased: it stays as it was before, or is not shown; the rest is published',
      evidence: { sha256, path },
    });
  }
}
