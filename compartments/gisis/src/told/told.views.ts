import { type Html, html } from '@bulkhead/web';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { momentView } from '#site/site.views.ts';
import { TAKEN_BACK } from '#taken-back/taken-back.rules.ts';
import { takenBackWords } from '#taken-back/taken-back.words.ts';
import { IMPORT_ACT, nameAct } from '#workflow/workflow.rules.ts';
import type { Told } from './told.rules.ts';

/** One thing that was told. */
export function toldView(visit: Visit, { module: name, reference, act, accountName, at }: Told): Html | null {
  const module = visit.site.modules.get(name);
  if (!module) return null;
  if (act === IMPORT_ACT)
    return html`<li><p class="kicker"><span class="kind">${module.say(module.title, visit.language)}</span> <span aria-hidden="true">·</span> ${momentView(at, visit)}</p>
<h2><a href="${linkTo(visit, `/${module.name}`)}">${nameAct(module, act, visit.language)}</a></h2>
<p class="quiet"><bdi>${accountName}</bdi></p></li>
`;
  const who = act === TAKEN_BACK ? takenBackWords(visit.language).by : accountName;
  return html`<li><p class="kicker"><span class="kind">${module.say(module.title, visit.language)}</span> <span aria-hidden="true">·</span> ${momentView(at, visit)}</p>
<h2><a href="${linkTo(visit, recordPath(module, reference))}"><code dir="ltr">${reference}</code></a>: ${nameAct(module, act, visit.language)}</h2>
${who === '' ? null : html`<p class="quiet"><bdi>${who}</bdi></p>`}</li>
`;
}
