import { attributes, type FormFaults, type FormValues, fillIn, formatMoment, type Html, html, wordsIn } from '@bulkhead/web';
import { linkTo, type Visit } from '#site/site.rules.ts';
import { layOut } from '#site/site.views.ts';
import { ownWords } from '#words/words.ts';
import { BODY_LIMIT, type Entry, type Page, TITLE_LIMIT } from './entry.rules.ts';

export type ShownEntries = { readonly entries: readonly Entry[]; readonly page: Page; readonly isJustAdded: boolean };
/** A form as it was typed, and what is wrong with it. */
export type ShownForm = { readonly values: FormValues; readonly faults: FormFaults };

export function entryListPage(visit: Visit, shown: ShownEntries): Html {
  const words = ownWords(visit.language);
  return layOut(visit, {
    title: words.entries,
    section: 'list',
    main: html`${shown.isJustAdded ? html`<p class="panel good" role="status">${words.added}</p>` : null}
<div class="section-head"><h1>${words.entries}</h1><p><a class="button" href="${linkTo(visit, '/entries/new')}">${words.newEntry}</a></p></div>
${
  shown.entries.length === 0
    ? html`<p>${words.noEntries}</p>`
    : html`<ul class="list">${shown.entries.map((entry) => entryView(visit, entry))}</ul>`
}
${pagingView(visit, shown.page)}`,
  });
}

// Nobody says in which language an entry is written: its own first letter gives the direction.
function entryView({ language }: Visit, entry: Entry): Html {
  const by = fillIn(ownWords(language).byWhom, { name: entry.addedBy.name });
  return html`<li>
<p class="kicker"><time datetime="${entry.addedAt.toISOString()}">${formatMoment(entry.addedAt, language)}</time> <bdi>${by}</bdi></p>
<h2 dir="auto">${entry.title}</h2>
${paragraphsOf(entry.body).map((lines) => html`<p dir="auto">${lines.map((line, index) => html`${index > 0 ? html`<br>` : null}${line}`)}</p>`)}
</li>
`;
}

function paragraphsOf(body: string): string[][] {
  const paragraphs = body.split(/\n\s*\n/).filter((paragraph) => paragraph !== '');
  return paragraphs.map((paragraph) => paragraph.split('\n'));
}

function pagingView(visit: Visit, { number, count }: Page): Html | null {
  if (count === 1) return null;
  const words = wordsIn(visit.language);
  return html`<nav class="paging" aria-label="${words.pages}">
${number > 1 ? html`<p><a rel="prev" href="${linkTo(visit, `/?page=${number - 1}`)}">${words.newer}</a></p>` : null}
<p>${fillIn(words.page, { number, count })}</p>
${number < count ? html`<p><a rel="next" href="${linkTo(visit, `/?page=${number + 1}`)}">${words.older}</a></p>` : null}
</nav>`;
}

export function newEntryPage(visit: Visit, shown: ShownForm): Html {
  const words = ownWords(visit.language);
  return layOut(visit, {
    title: words.newEntry,
    section: 'new',
    main: html`<h1>${words.newEntry}</h1>
${visit.site.isReadOnly ? null : formView(visit, shown)}`,
  });
}

function formView(visit: Visit, shown: ShownForm): Html {
  const { save, cancel, optional } = wordsIn(visit.language);
  const words = ownWords(visit.language);
  return html`${faultList(visit, shown.faults)}
<form method="post" action="${linkTo(visit, '/entries')}" novalidate>
<div class="field"><label for="title">${words.title}</label>
${faultView(shown, 'title')}<input id="title" name="title" dir="auto" maxlength="${TITLE_LIMIT}" autocomplete="off" required value="${valueOf(shown, 'title')}" ${describe(shown, 'title')}></div>
<div class="field"><label for="body">${words.body} <span class="quiet">(${optional})</span></label>
${faultView(shown, 'body')}<textarea id="body" name="body" dir="auto" maxlength="${BODY_LIMIT}" ${describe(shown, 'body')}>
${valueOf(shown, 'body')}</textarea></div>
<div class="actions"><button>${save}</button> <a href="${linkTo(visit, '/')}">${cancel}</a></div>
</form>`;
}

/** All faults, first on the page, each leading to its field. */
function faultList(visit: Visit, faults: FormFaults): Html | null {
  const entries = Object.entries(faults);
  if (entries.length === 0) return null;
  const words = wordsIn(visit.language);
  return html`<div class="faults" role="alert" aria-labelledby="faults"><h2 id="faults">${words.faultsFound}</h2><p>${words.notSaved}</p>
<ul>${entries.map(([name, sentence]) => html`<li><a href="#${name}">${sentence}</a></li>`)}</ul></div>`;
}

function faultView(shown: ShownForm, name: string): Html | null {
  const fault = shown.faults[name];
  return fault ? html`<p class="field-fault" id="${name}-fault">${fault}</p>\n` : null;
}

function describe(shown: ShownForm, name: string) {
  const isWrong = shown.faults[name] !== undefined;
  return attributes({ 'aria-describedby': isWrong && `${name}-fault`, 'aria-invalid': isWrong && 'true' });
}

function valueOf(shown: ShownForm, name: string): string {
  const value = shown.values[name];
  return typeof value === 'string' ? value : '';
}
