import { attributes, fillIn, type Html, html, wordsIn } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import type { Value } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import { nameAct } from '#workflow/workflow.rules.ts';
import type { Conflict } from './conflict.rules.ts';
import type { ShownForm } from './form.rules.ts';
import { formBody } from './form.views.ts';
import { labelOf, type Registered } from './record.rules.ts';
import { crumbs } from './record.views.ts';
import { valueView } from './value.views.ts';

export function newRecordPage(visit: Visit, form: ShownForm): Html {
  const { module } = form;
  const title = fillIn(ownWords(visit.language).newRecord, { record: module.say(module.record.one, visit.language) });
  return layOut(visit, {
    title,
    section: 'module',
    main: html`${crumbs(visit, module, null)}<h1>${title}</h1>
${formOf(visit, form, { action: `/${module.name}/new`, back: `/${module.name}`, button: ownWords(visit.language).submit })}`,
  });
}

export type ShownChange = { readonly form: ShownForm; readonly record: Registered; readonly conflicts: readonly Conflict[] };

export function changePage(visit: Visit, { form, record, conflicts }: ShownChange): Html {
  const { module } = form;
  const title = fillIn(ownWords(visit.language).changeRecord, { reference: record.reference });
  const path = recordPath(module, record.reference);
  return layOut(visit, {
    title,
    section: 'module',
    main: html`${crumbs(visit, module, record)}<h1>${title}</h1>
<p class="lead"><bdi>${labelOf(module, record, visit.language)}</bdi></p>
${conflictsView(visit, module, conflicts)}
${formOf(visit, form, { action: `${path}/change`, back: path, button: wordsIn(visit.language).save })}`,
  });
}

export function actPage(
  visit: Visit,
  {
    form,
    record,
    act,
    isOvertaken,
  }: { readonly form: ShownForm; readonly record: Registered; readonly act: string; readonly isOvertaken: boolean },
): Html {
  const { module } = form;
  const path = recordPath(module, record.reference);
  const title = nameAct(module, act, visit.language);
  return layOut(visit, {
    title: `${title}: ${record.reference}`,
    section: 'module',
    main: html`${crumbs(visit, module, record)}<h1>${title}</h1>
<p class="lead"><a href="${linkTo(visit, path)}"><bdi>${labelOf(module, record, visit.language)}</bdi></a></p>
${isOvertaken ? html`<p class="panel notice" role="alert">${ownWords(visit.language).overtakenTitle}. ${ownWords(visit.language).askedTitle}.</p>` : null}
${formOf(visit, form, { action: `${path}/acts/${act}`, back: path, button: title })}`,
  });
}

function formOf(
  visit: Visit,
  form: ShownForm,
  { action, back, button }: { readonly action: string; readonly back: string; readonly button: string },
): Html | null {
  if (visit.site.isReadOnly) return null;
  const hasFile = form.fields.some((name) => form.module.fields[name]?.kind === 'file');
  return html`<form class="record-form" method="post" action="${linkTo(visit, action)}" novalidate${attributes({ enctype: hasFile && 'multipart/form-data' })}>
${formBody(visit, form)}
<div class="actions"><button>${button}</button> <a href="${linkTo(visit, back)}">${wordsIn(visit.language).cancel}</a></div>
</form>`;
}

/** Both versions side by side: what somebody typed, and what another wrote meanwhile. */
function conflictsView(visit: Visit, module: Module, conflicts: readonly Conflict[]): Html | null {
  if (conflicts.length === 0) return null;
  const { language } = visit;
  const words = ownWords(language);
  return html`<div class="panel notice" role="alert"><h2>${words.overtakenTitle}</h2><p>${words.overtakenText}</p></div>
<div class="table-scroll"><table><thead><tr><th scope="col">${words.field}</th><th scope="col">${words.yours}</th><th scope="col">${words.theirs}</th></tr></thead>
<tbody>${conflicts.map(
    ({
      field,
      mine,
      theirs,
      accountName,
      at,
      isBoth,
    }) => html`<tr><th scope="row">${module.say(module.fields[field]?.title ?? field, language)}</th>
<td>${isBoth ? html`<ins>${valueView(visit, module, field, mine as Value | null)}</ins>` : valueView(visit, module, field, mine as Value | null)}</td>
<td>${valueView(visit, module, field, theirs as Value | null)}<br><span class="quiet"><bdi>${accountName}</bdi>, ${momentView(at, visit)}</span></td></tr>
`,
  )}</tbody></table></div>`;
}
