import { fillIn, type Html, html } from '@bulkhead/web';
import { writeLocal, writeOffset } from '#schedule/local-time.rules.ts';
import { type Words, websiteWords } from '#words/words.ts';
import type { Content } from './article.rules.ts';
import { kindWord } from './article.views.ts';
import type { Details, PageBlock } from './details.rules.ts';
import type { Kind } from './kind.rules.ts';
import { type Named, namesIn } from './named.rules.ts';
import type { Visit } from './visit.rules.ts';

/** All that a version shows beside its texts: whoever approves it has it before their eyes. */
export function factsView(visit: Visit, content: Content, named: readonly Named[]): Html {
  const words = websiteWords(visit.language);
  const { subjects, details } = content;
  const nameOf = (kind: Kind, id: number) =>
    namesIn(named, kind, visit.language).find((entry) => entry.id === id)?.name ?? String(id);
  const rows: [string, readonly string[]][] = [
    [words.topics, subjects.topics.map((id) => nameOf('topic', id))],
    [words.bodies, subjects.bodies.map((id) => nameOf('body', id))],
    [words.contacts, subjects.contacts.map((id) => nameOf('contact', id))],
    [words.symbols, subjects.symbols],
    [words.eventTimes, tellEvent(details)],
    [words.contactWays, Object.values(details.contact ?? {}).filter((way) => way !== '')],
    [words.blocks, (details.blocks ?? []).map((block) => tellBlock(block, words, nameOf))],
    [words.kindRedirects, (details.redirects ?? []).map(({ from, to }) => `${from} → ${to}`)],
  ];
  return html`${rows.map(([name, values]) => (values.length === 0 ? null : html`<dt>${name}</dt><dd>${values.map((value, at) => html`${at > 0 ? html`<br>` : null}<bdi>${value}</bdi>`)}</dd>\n`))}`;
}

function tellEvent({ event }: Details): string[] {
  if (!event) return [];
  const { zone, online } = event;
  const tell = (instant: string) => {
    const at = new Date(instant);
    return `${writeLocal(at, zone).replace('T', ' ')} ${zone} (${writeOffset(at, zone)})`;
  };
  return [tell(event.startsAt), tell(event.endsAt), ...(online === '' ? [] : [online])];
}

function tellBlock(block: PageBlock, words: Words, nameOf: (kind: Kind, id: number) => string): string {
  if (block.kind === 'text') return words.blockText;
  if (block.kind === 'contact') return `${words.kindContact}: ${nameOf('contact', block.contact)}`;
  if (block.kind === 'lead') return `${words.blockLead}: ${block.article ?? words.blockOfAll}`;
  if (block.kind === 'links') return `${words.blockLinks}: ${block.articles.join(', ')}`;
  const kinds = block.kind === 'latest' ? block.kinds.map((kind) => kindWord(kind, words)) : [];
  const of = [
    ...kinds,
    ...(block.topic === null ? [] : [nameOf('topic', block.topic)]),
    ...(block.body === null ? [] : [nameOf('body', block.body)]),
  ];
  const name = block.kind === 'latest' ? words.blockLatest : words.blockEvents;
  return `${fillIn('{name} ({count})', { name, count: block.count })}: ${of.join(', ') || words.blockOfAll}`;
}
