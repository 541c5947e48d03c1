/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** What the page tells the editor. */
export type Told = {
  readonly words: Readonly<Record<string, string>>;
  readonly place: string;
  readonly language: string;
  readonly names: Readonly<Record<string, string>>;
  readonly now: () => Date;
};

export function readTold(form: HTMLFormElement, now: () => Date): Told {
  const { words = '{}', place = '', pageLanguage = 'en', languages = '{}' } = form.dataset;
  return { words: readWords(words), place, language: pageLanguage, names: readWords(languages), now };
}

/** A word of the page, with its holes filled. */
export function word(told: Told, key: string, holes: Readonly<Record<string, string>> = {}): string {
  return (told.words[key] ?? key).replaceAll(/\{(\w+)\}/g, (_, name: string) => holes[name] ?? '');
}

/** A moment of today as a clock shows it, else with its day. */
export function clock(at: Date, { language, now }: Told): string {
  const isToday = at.toDateString() === now().toDateString();
  return new Intl.DateTimeFormat(language, { timeStyle: 'short', ...(isToday ? {} : { dateStyle: 'medium' }) }).format(at);
}

/** Makes an element; text only, never markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function readWords(json: string): Record<string, string> {
  const given: unknown = JSON.parse(json);
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
}
