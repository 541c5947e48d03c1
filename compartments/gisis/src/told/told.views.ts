import { type Html, html } from '@bulkhead/web';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import { ownWords } from '#words/words.ts';
import { nameAct } from '#workflow/workflow.rules.ts';
import type { Told } from './told.rules.ts';

export function forYouPage(
  visit: Visit,
  { told, older }: { readonly told: readonly Told[]; readonly older: string | null },
): Html {
  const words = ownWords(visit.language);
  return layOut(visit, {
    title: words.forYou,
    section: 'for-you',
    main: html`<h1>${words.forYou}</h1>
<p class="lead">${words.forYouLead}</p>
${told.length === 0 ? html`<p>${words.forYouNone}</p>` : html`<ul class="list told">${told.map((one) => toldView(visit, one))}</ul>`}
${older === null ? null : html`<nav class="paging" aria-label="${words.nextPage}"><p><a class="button second" rel="next" href="${linkTo(visit, `/for-you?before=${older}`)}">${words.nextPage}</a></p></nav>`}`,
  });
}

function toldView(visit: Visit, { module: name, reference, act, accountName, at }: Told): Html | null {
  const module = visit.site.modules.get(name);
  if (!module) return null;
  return html`<li><p class="kicker"><span class="kind">${module.say(module.title, visit.language)}</span> <span aria-hidden="true">·</span> ${momentView(at, visit)}</p>
<h2><a href="${linkTo(visit, recordPath(module, reference))}"><code dir="ltr">${reference}</code></a>: ${nameAct(module, act, visit.language)}</h2>
<p class="quiet"><bdi>${accountName}</bdi></p></li>
`;
}
