import type { Language } from '@bulkhead/contracts';
import { attributes, fillIn, type Html, html } from '@bulkhead/web';
import { type Words, websiteWords } from '#words/words.ts';
import { TEXT_LIMITS } from './article.rules.ts';
import { kindWord } from './article.views.ts';
import { BLOCK_SLOTS } from './detail-form.rules.ts';
import { hasDetail } from './details.rules.ts';
import { areaField, type Choice, checksField, type Filled, lineField, selectField, valueOf } from './form-field.views.ts';
import { hasOwnPage, isNews, type Kind, NEWS_KINDS } from './kind.rules.ts';
import { type Named, namesIn } from './named.rules.ts';

/** Zones that are offered; every zone of the database may be written. */
const OFFERED_ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Paris',
  'Africa/Nairobi',
  'Asia/Shanghai',
  'Asia/Singapore',
  'Asia/Dubai',
  'America/New_York',
  'America/Panama',
  'America/Sao_Paulo',
  'Australia/Sydney',
  'Pacific/Auckland',
];

/** The fields that articles of a kind have beside their texts. */
export function detailFieldsView(
  filled: Filled,
  given: { readonly kind: Kind; readonly named: readonly Named[]; readonly language: Language },
): Html {
  const { kind, named, language } = given;
  const words = websiteWords(language);
  return html`${hasDetail(kind, 'event') ? part(words.eventTimes, eventFields(filled, words), kind === 'event') : null}
${hasDetail(kind, 'path') ? lineField(filled, { name: 'path', label: words.pagePath, limit: 150, hint: words.pagePathHint }) : null}
${hasDetail(kind, 'blocks') ? part(words.blocks, blockFields(filled, given), true) : null}
${hasDetail(kind, 'contact') ? part(words.contactWays, contactFields(filled, words), true) : null}
${hasDetail(kind, 'redirects') ? areaField(filled, { name: 'redirects', label: words.kindRedirects, limit: 400_000, hint: words.redirectsHint, isTall: true }) : null}
${isNews(kind) || kind === 'event' || kind === 'page' || kind === 'accreditation' ? part(words.subjects, subjectFields(filled, { named, language }), hasSubjects(filled)) : null}
${hasOwnPage(kind) ? part(words.publishing, scheduleFields(filled, words), valueOf(filled, 'publish') !== '') : null}
<datalist id="zones">${OFFERED_ZONES.map((zone) => html`<option value="${zone}"></option>`)}</datalist>`;
}

function part(title: string, fields: Html, isOpen: boolean): Html {
  return html`<details class="fields"${attributes({ open: isOpen })}>
<summary>${title}</summary>
<div class="fields-body">
${fields}
</div>
</details>`;
}

function hasSubjects(filled: Filled): boolean {
  return ['topics', 'bodies', 'contacts', 'symbols'].some(
    (name) => (filled.values[name]?.length ?? 0) > 0 || filled.faults[name] !== undefined,
  );
}

function subjectFields(
  filled: Filled,
  { named, language }: { readonly named: readonly Named[]; readonly language: Language },
): Html {
  const words = websiteWords(language);
  const choices = (kind: Kind) => namesIn(named, kind, language).map(({ id, name }) => ({ value: String(id), text: name }));
  return html`${checksField(filled, { name: 'topics', label: words.topics, choices: choices('topic') })}
${checksField(filled, { name: 'bodies', label: words.bodies, choices: choices('body') })}
${checksField(filled, { name: 'contacts', label: words.contacts, choices: choices('contact') })}
${lineField(filled, { name: 'symbols', label: words.symbols, limit: 1000, hint: words.symbolsHint })}`;
}

function whichChoices(words: Words): Choice[] {
  return [
    { value: '', text: words.whichNone },
    { value: 'first', text: words.whichFirst },
    { value: 'second', text: words.whichSecond },
  ];
}

function timeFields(
  filled: Filled,
  given: { readonly name: string; readonly label: string; readonly hint?: string },
  words: Words,
): Html {
  const { name } = given;
  const isTwice = filled.faults[name] === words.faultTimeTwice || valueOf(filled, `${name}-which`) !== '';
  return html`${lineField(filled, { ...given, limit: 20, type: 'datetime-local', isShort: true })}
${isTwice ? selectField(filled, { name: `${name}-which`, label: words.whichTime, choices: whichChoices(words) }) : null}`;
}

function scheduleFields(filled: Filled, words: Words): Html {
  return html`${timeFields(filled, { name: 'publish', label: words.publishAt, hint: words.publishAtHint }, words)}
${lineField(filled, { name: 'publish-zone', label: words.zone, limit: 60, hint: words.zoneHint, list: 'zones', isShort: true })}`;
}

function eventFields(filled: Filled, words: Words): Html {
  return html`${timeFields(filled, { name: 'starts', label: words.starts }, words)}
${timeFields(filled, { name: 'ends', label: words.ends }, words)}
${lineField(filled, { name: 'event-zone', label: words.zone, limit: 60, hint: words.zoneHint, list: 'zones', isShort: true })}
${lineField(filled, { name: 'online', label: words.online, limit: 1000 })}`;
}

function contactFields(filled: Filled, words: Words): Html {
  return html`<p class="hint">${words.contactHint}</p>
${lineField(filled, { name: 'email', label: words.email, limit: TEXT_LIMITS.place, type: 'email' })}
${lineField(filled, { name: 'phone', label: words.phone, limit: 40, type: 'tel' })}
${lineField(filled, { name: 'href', label: words.webAddress, limit: 1000 })}`;
}

function blockFields(
  filled: Filled,
  { named, language }: { readonly named: readonly Named[]; readonly language: Language },
): Html {
  const words = websiteWords(language);
  const kinds: Choice[] = [
    { value: '', text: words.blockNone },
    { value: 'lead', text: words.blockLead },
    { value: 'latest', text: words.blockLatest },
    { value: 'events', text: words.blockEvents },
    { value: 'text', text: words.blockText },
    { value: 'links', text: words.blockLinks },
    { value: 'contact', text: words.kindContact },
  ];
  const things = (['topic', 'body', 'contact'] as const).flatMap((kind) =>
    namesIn(named, kind, language).map(({ id, name }) => ({ value: `${kind}:${id}`, text: `${kindWord(kind, words)}: ${name}` })),
  );
  const of: Choice[] = [
    { value: '', text: words.blockOfAll },
    ...[...NEWS_KINDS, 'event' as const].map((kind) => ({ value: `kind:${kind}`, text: kindWord(kind, words) })),
    ...things,
  ];
  return html`${Array.from({ length: BLOCK_SLOTS }, (_, at) => {
    const name = `block-${at + 1}`;
    return html`<fieldset class="block-slot"><legend>${fillIn(words.blockN, { number: at + 1 })}</legend>
${selectField(filled, { name: `${name}-kind`, label: words.kind, choices: kinds })}
${selectField(filled, { name: `${name}-of`, label: words.blockOf, choices: of })}
${lineField(filled, { name: `${name}-count`, label: words.blockCount, limit: 2, type: 'number', isShort: true })}
${lineField(filled, { name: `${name}-articles`, label: words.blockArticles, limit: 300, isShort: true })}
</fieldset>\n`;
  })}`;
}
