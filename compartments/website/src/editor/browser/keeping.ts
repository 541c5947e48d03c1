import { clock, make, type Told, word } from './words.ts';

/** What of a language is kept: its fields by their first part. */
export type Typed = Readonly<Record<string, string>>;
type Kept = { readonly typed: Typed; readonly at: string; readonly revision: number; readonly isSent?: boolean };

const QUIET_MS = 1_500;
const LONGEST_MS = 5_000;
const RETRY_MS = 10_000;

/** Keeps a copy of what is typed, every few seconds: on the server, and in this browser if that fails. */
export class Keeping {
  readonly #form: HTMLFormElement;
  readonly #told: Told;
  readonly #line: HTMLElement;
  readonly #read: (language: string) => Typed;
  readonly #waiting = new Map<string, number>();
  #timer: number | undefined;
  #isSending = false;
  #isOver = false;

  constructor(form: HTMLFormElement, told: Told, read: (language: string) => Typed) {
    this.#form = form;
    this.#told = told;
    this.#read = read;
    this.#line = make('p', { class: 'hint', role: 'status' });
    form.querySelector('.actions:last-of-type')?.append(this.#line);
    form.addEventListener('submit', () => this.#submitted());
  }

  /** Something of a language changed. */
  changed(language: string): void {
    if (!this.#waiting.has(language)) this.#waiting.set(language, this.#told.now().getTime());
    this.#keepHere(language);
    const oldest = Math.min(...this.#waiting.values());
    this.#plan(Math.max(0, Math.min(QUIET_MS, oldest + LONGEST_MS - this.#told.now().getTime())));
  }

  /** Copies that this browser kept and the server has not, offered to be taken up. */
  offerLocal(set: (language: string, typed: Typed) => void): void {
    const found = Object.keys(this.#told.names).flatMap((language) => {
      const kept = readKept(this.#key(language));
      if (!kept || kept.isSent || (kept.revision !== this.#revision() && this.#told.place !== 'new')) return [];
      return isSame(kept.typed, this.#read(language)) ? [] : [{ language, ...kept }];
    });
    const [first] = found.toSorted((left, right) => (left.at < right.at ? 1 : -1));
    if (!first || document.querySelector('[data-copies]')) return;
    const names = new Intl.ListFormat(this.#told.language).format(
      found.map(({ language }) => this.#told.names[language] ?? language),
    );
    const take = make('button', { type: 'button' }, word(this.#told, 'copyTake'));
    const drop = make('button', { type: 'button', class: 'second' }, word(this.#told, 'copyDrop'));
    const text = word(this.#told, 'copyFound', { languages: names, time: clock(new Date(first.at), this.#told) });
    const panel = make(
      'div',
      { class: 'panel notice', role: 'alert' },
      make('p', {}, text),
      make('div', { class: 'actions' }, take, drop),
    );
    take.addEventListener('click', () => {
      for (const { language, typed } of found) {
        set(language, typed);
        this.changed(language);
      }
      panel.remove();
    });
    drop.addEventListener('click', () => {
      for (const { language } of found) localStorage.removeItem(this.#key(language));
      panel.remove();
    });
    this.#form.before(panel);
  }

  #plan(afterMs: number): void {
    window.clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = window.setTimeout(() => void this.#send(), afterMs);
  }

  async #send(): Promise<void> {
    if (this.#isSending || this.#isOver) return;
    this.#isSending = true;
    const languages = [...this.#waiting.keys()];
    this.#waiting.clear();
    let isKept = true;
    for (const language of languages) isKept = (await this.#keepThere(language)) && isKept;
    this.#isSending = false;
    if (this.#isOver) return;
    this.#line.textContent = isKept
      ? word(this.#told, 'copyKept', { time: clock(this.#told.now(), this.#told) })
      : word(this.#told, 'copyFailed');
    if (!isKept) for (const language of languages) this.#waiting.set(language, this.#told.now().getTime());
    if (this.#waiting.size > 0) this.#plan(isKept ? QUIET_MS : RETRY_MS);
  }

  async #keepThere(language: string): Promise<boolean> {
    const copy = { place: this.#told.place, language, revision: this.#revision(), typed: this.#read(language) };
    try {
      const answer = await fetch('/copies', {
        method: 'POST',
        body: JSON.stringify(copy),
        headers: { 'content-type': 'application/json', accept: 'application/json' },
      });
      if (answer.ok) localStorage.removeItem(this.#key(language));
      return answer.ok;
    } catch {
      return false;
    }
  }

  #keepHere(language: string): void {
    writeKept(this.#key(language), {
      typed: this.#read(language),
      at: this.#told.now().toISOString(),
      revision: this.#revision(),
    });
  }

  // The server drops its copies when it saves; if it does not come to that, it still has them.
  #submitted(): void {
    this.#isOver = true;
    window.clearTimeout(this.#timer);
    for (const language of Object.keys(this.#told.names)) {
      const kept = readKept(this.#key(language));
      if (kept) writeKept(this.#key(language), { ...kept, isSent: true });
    }
  }

  #key(language: string): string {
    return `copy:${this.#told.place}:${language}`;
  }

  #revision(): number {
    const field = this.#form.elements.namedItem('revision');
    return field instanceof HTMLInputElement ? Number(field.value) : 0;
  }
}

function isSame(left: Typed, right: Typed): boolean {
  return Object.entries(left).every(([name, value]) => (right[name] ?? '') === value);
}

function readKept(key: string): Kept | undefined {
  try {
    const given: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof given !== 'object' || given === null || !('typed' in given) || !('at' in given)) return undefined;
    return given as Kept;
  } catch {
    return undefined;
  }
}

function writeKept(key: string, kept: Kept): void {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A full or closed store: the copy on the server is the one that counts.
  }
}
