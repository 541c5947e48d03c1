import type { RenderedFile, RenderRow } from '@bulkhead/contracts';
import { type Chrome, chromeOf } from './chrome.rules.ts';
import type { Plan } from './file.rules.ts';
import { type Host, listEvents, type Site } from './site.rules.ts';
import { nextExpiryAt, planSite } from './site-files.views.ts';
import { SiteRows } from './site-rows.rules.ts';

/**
 * Renders the site again and again: what depends on nothing that changed is not made anew. What it writes in a round is
 * what a renderer that began with the same rows would have, less what it wrote before.
 */
export class SiteRenderer {
  readonly #host: Host;
  readonly #rows: SiteRows;
  #known = new Map<string, Plan>();
  #chrome: Chrome | undefined;
  #nextAt: Date | null = null;

  /** @param erased contents that two operators erased: what names them is not shown */
  constructor(host: Host, erased: readonly string[] = []) {
    this.#host = host;
    this.#rows = new SiteRows(erased);
  }

  /** How many files the site has. */
  get files(): number {
    return this.#known.size;
  }

  /** When the same rows show something else. */
  get nextAt(): Date | null {
    return this.#nextAt;
  }

  take(row: RenderRow): void {
    this.#rows.take(row);
  }

  *render(now: Date): Generator<RenderedFile | { readonly gone: string }> {
    const site = this.#rows.assemble(now);
    this.#chrome = chromeOf(site, this.#chrome);
    const before = this.#known;
    this.#known = new Map();
    for (const plan of planSite(this.#host, site, this.#chrome, this.#known)) {
      const last = before.get(plan.path);
      if (last !== plan && (!last || !isSame(last.basis, plan.basis))) yield plan.make();
    }
    for (const path of before.keys()) if (!this.#known.has(path)) yield { gone: path };
    this.#nextAt = nextOf(site);
  }
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((one, at) => one === right[at]);
}

function nextOf(site: Site): Date {
  const ends = listEvents(site).upcoming.map(({ content }) => Date.parse(content.details.event?.endsAt ?? ''));
  const times = [nextExpiryAt(site.now).getTime(), ...ends, ...(site.nextAt ? [site.nextAt.getTime()] : [])];
  return new Date(Math.min(...times.filter((at) => at > site.now.getTime())));
}
