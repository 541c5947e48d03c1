import { Keeping, type Typed } from './keeping.ts';
import { mountText } from './text.ts';
import { make, readTold, type Told, word } from './words.ts';

const FIELDS = ['title', 'summary', 'tree', 'note', 'slug', 'place'];
const PRESENCE_MS = 10_000;

const form = document.querySelector<HTMLFormElement>('form#draft');
if (form)
  begin(
    form,
    readTold(form, () => new Date()),
  );

/** Makes the plain form of an article an editor. All that it does, the form does without it, but for keeping copies. */
function begin(form: HTMLFormElement, told: Told): void {
  const texts = new Map<string, { readonly set: (json: string) => void }>();
  const fieldOf = (name: string) => {
    const field = form.elements.namedItem(name);
    return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field : undefined;
  };
  const read = (language: string): Typed =>
    Object.fromEntries(FIELDS.map((part) => [part, fieldOf(`${part}-${language}`)?.value ?? '']));
  const keeping = new Keeping(form, told, read);
  for (const part of form.querySelectorAll<HTMLElement>('[data-language]')) {
    const language = part.dataset['language'] ?? '';
    const written = fieldOf(`body-${language}`);
    const tree = fieldOf(`tree-${language}`);
    if (written instanceof HTMLTextAreaElement && tree instanceof HTMLInputElement)
      texts.set(
        language,
        mountText(written, tree, told, () => keeping.changed(language)),
      );
    part.addEventListener('input', (event) => {
      if (!(event.target instanceof Element) || !event.target.closest('.editor')) keeping.changed(language);
    });
  }
  keeping.offerLocal((language, typed) => {
    for (const [part, value] of Object.entries(typed)) {
      const field = fieldOf(`${part}-${language}`);
      if (part === 'tree') texts.get(language)?.set(value);
      else if (field) field.value = value;
    }
    form.querySelector(`details[data-language="${CSS.escape(language)}"]`)?.setAttribute('open', '');
  });
  if (told.place !== 'new') tellPresence(form, told);
}

/** Says every few seconds that this draft is open here, and learns who else has it open. */
function tellPresence(form: HTMLFormElement, told: Told): void {
  const line =
    document.querySelector<HTMLElement>('[data-presence]') ??
    make('div', { class: 'panel notice', 'data-presence': '', role: 'status' });
  if (!line.isConnected) form.before(line);
  line.hidden = line.textContent === '';
  const look = async () => {
    const names = await askWho(told.place).catch(() => undefined);
    if (!names) return;
    line.hidden = names.length === 0;
    line.textContent =
      names.length === 0 ? '' : word(told, 'alsoHere', { names: new Intl.ListFormat(told.language).format(names) });
  };
  void look();
  window.setInterval(() => void look(), PRESENCE_MS);
}

async function askWho(place: string): Promise<string[] | undefined> {
  const answer = await fetch('/presence', {
    method: 'POST',
    body: JSON.stringify({ place }),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
  });
  const told: unknown = answer.ok ? await answer.json() : undefined;
  if (typeof told !== 'object' || told === null || !('others' in told) || !Array.isArray(told.others)) return undefined;
  return told.others.map(String);
}
