import type { Language } from '@bulkhead/contracts';
import { fillIn, formatMoment } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { escapeXml } from '#export/xml.rules.ts';
import { labelOf, type Registered, shownFields } from '#record/record.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { recordPath } from '#site/site.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { nameState } from '#workflow/workflow.rules.ts';
import { feedWords } from './feed.words.ts';

/** A feed for readers (Atom, RFC 4287): the records that changed last, each under its address for ever. */
export type AtomFeed = {
  readonly module: Module;
  readonly viewer: Viewer;
  readonly language: Language;
  readonly origin: string;
  readonly organisation: string;
  /** What the feed is of: a query's words, a saved search's name; empty for the whole module. */
  readonly subject: string;
  /** Where it is read, and where its list stands. */
  readonly self: string;
  readonly list: string;
  readonly records: readonly Registered[];
};

export const ATOM_ENTRIES = 50;
export const ATOM_TYPE = 'application/atom+xml; charset=utf-8';

export function writeAtom(feed: AtomFeed): string {
  const { module, language, subject, self, list, organisation, records } = feed;
  const title = module.say(module.title, language);
  const newest = records[0]?.changedAt ?? new Date(0);
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${escapeXml(self)}</id>
<title>${escapeXml(subject === '' ? title : `${subject} · ${title}`)}</title>
<updated>${newest.toISOString()}</updated>
<author><name>${escapeXml(organisation)}</name></author>
<link rel="self" type="application/atom+xml" href="${escapeXml(self)}"/>
<link rel="alternate" type="text/html" href="${escapeXml(list)}"/>
${records.map((record) => writeEntry(feed, record)).join('')}</feed>
`;
}

function writeEntry({ module, viewer, language, origin }: AtomFeed, record: Registered): string {
  const address = `${origin}${recordPath(module, record.reference)}`;
  const shown = shownFields(module, record, viewer);
  const lines = module.list.columns.flatMap((name) => {
    const value = record.values[name];
    if (!shown.includes(name) || value === null || value === undefined || module.label.includes(name)) return [];
    const text = meaningsOf(module)[name]?.show(value, language);
    return text === undefined ? [] : [`${module.say(module.fields[name]?.title ?? name, language)}: ${text}`];
  });
  const changed = fillIn(feedWords(language).changedAt, { at: formatMoment(record.changedAt, language) });
  const summary = [nameState(module, record.state, language), ...lines, changed].join('\n');
  return `<entry>
<id>${escapeXml(address)}</id>
<title>${escapeXml(`${labelIn(module, record, shown, language)} (${record.reference})`)}</title>
<updated>${record.changedAt.toISOString()}</updated>
<published>${record.createdAt.toISOString()}</published>
<link rel="alternate" type="text/html" href="${escapeXml(address)}"/>
<link rel="alternate" type="application/json" href="${escapeXml(`${origin}/api${recordPath(module, record.reference)}`)}"/>
<summary>${escapeXml(summary)}</summary>
</entry>
`;
}

function labelIn(module: Module, record: Registered, shown: readonly string[], language: Language): string {
  return module.label.every((name) => shown.includes(name)) ? labelOf(module, record, language) : record.reference;
}
