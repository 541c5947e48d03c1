import { fillIn, formatDay, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import type { Visit } from '#site/site.rules.ts';
import type { Value } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import type { Labels } from './record.rules.ts';
import type { Span, Strand } from './timeline.rules.ts';
import { valueView } from './value.views.ts';

/** What the fields of a record said when: names, flags and owners one after another. */
export function timelineView(
  visit: Visit,
  { module, strands, labels }: { readonly module: Module; readonly strands: readonly Strand[]; readonly labels: Labels },
): Html | null {
  if (strands.length === 0) return null;
  const { language } = visit;
  return html`<section class="group timeline"><h2>${ownWords(language).timeline}</h2>
<dl class="record">${strands.map(
    ({ field, shownAs, spans }) => html`<dt>${module.say(module.fields[field]?.title ?? field, language)}</dt>
<dd><ol>${spans.map((span) => html`<li>${valueView(visit, module, shownAs, span.value as Value, labels)} ${spanView(visit, span)}</li>`)}</ol></dd>
`,
  )}</dl></section>`;
}

function spanView({ language }: Visit, { from, to }: Span): Html {
  const words = ownWords(language);
  const say = (sentence: string, day: string) => fillIn(sentence, { day: formatDay(new Date(`${day}T00:00:00Z`), language) });
  const told = [...(from === null ? [] : [say(words.heldSince, from)]), ...(to === null ? [] : [say(words.heldUntil, to)])];
  return html`<span class="quiet">${told.join(language === 'ar' ? '، ' : ', ')}</span>`;
}
