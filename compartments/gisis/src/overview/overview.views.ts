import { attributes, fillIn, formatNumber, type Html, html } from '@bulkhead/web';
import type { Steps } from '#chart/steps.rules.ts';
import { stepsView } from '#chart/steps.views.ts';
import type { Module, Page } from '#declaration/module.rules.ts';
import { crumbs } from '#record/record.views.ts';
import { linkTo, type Visit } from '#site/site.rules.ts';
import { layOut } from '#site/site.views.ts';
import { overviewWords } from './overview.words.ts';
import type { Cell, Control, Sheet, SheetRow, Shown } from './sheet.rules.ts';

/** No more rows stand on a page; a spreadsheet gets all. */
const MOST_ROWS = 500;

/** A page that is made of many records: what it shows, by what it is picked, its table, and the same for a spreadsheet. */
export function overviewPage(
  visit: Visit,
  { module, page, shown, csv }: { readonly module: Module; readonly page: Page; readonly shown: Shown; readonly csv: string },
): Html {
  const { language } = visit;
  const words = overviewWords(language);
  const title = module.say(page.title, language);
  return layOut(visit, {
    title: `${title} · ${module.say(module.title, language)}`,
    section: 'module',
    description: module.say(page.about, language),
    main: html`${crumbs(visit, module, null)}
<h1>${title}</h1>
<p class="lead">${module.say(page.about, language)}</p>
${controlsView(visit, `/${module.name}/${page.name}`, shown.controls)}
${drawnView(visit, shown.steps ?? [], shown.sheet.caption)}${sheetView(visit, shown.sheet)}
<p class="take-along"><a href="${csv}" download>${words.asCsv}</a></p>`,
  });
}

/** Wider than the window: scrolled within itself. */
function drawnView({ language }: Visit, steps: readonly Steps[], caption: string): Html | null {
  if (steps.length === 0) return null;
  return html`<section class="chart-scroll" tabindex="0" aria-label="${caption}">${steps.map((one) => stepsView(one, language))}</section>
`;
}

function controlsView(visit: Visit, action: string, controls: readonly Control[]): Html | null {
  if (controls.length === 0) return null;
  return html`<form class="pick" method="get" action="${action}">
${controls.map(controlView)}${visit.asked ? html`<input type="hidden" name="lang" value="${visit.asked}">` : null}
<p><button class="second">${overviewWords(visit.language).show}</button></p></form>`;
}

function controlView({ name, label, shape, value, options }: Control): Html {
  const id = `pick-${name}`;
  const control =
    shape === 'pick'
      ? html`<select id="${id}" name="${name}">${options.map(
          (option) =>
            html`<option value="${option.value}"${attributes({ selected: option.value === value })}>${option.text}</option>`,
        )}</select>`
      : html`<input ${attributes({ id, name, type: shape === 'day' ? 'date' : 'month', dir: 'ltr', value })}>`;
  return html`<div class="field"><label for="${id}">${label}</label>${control}</div>
`;
}

/** The table of a sheet: scrolled within itself where it is wider than the window. */
export function sheetView(visit: Visit, { caption, columns, rows, foot = [], notes }: Sheet): Html {
  const words = overviewWords(visit.language);
  const table =
    rows.length === 0
      ? html`<p class="found" role="status">${words.nothing}</p>`
      : html`<section class="table-scroll sheet" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${columns.map((cell) => html`<th scope="col"${numberClass(cell)}>${cellText(visit, cell)}</th>`)}</tr></thead>
<tbody>${rows.slice(0, MOST_ROWS).map((row) => rowView(visit, row))}</tbody>${
          foot.length === 0 ? null : html`<tfoot>${foot.map((row) => rowView(visit, row))}</tfoot>`
        }</table></section>`;
  const { language } = visit;
  const more = { count: formatNumber(MOST_ROWS, language), all: formatNumber(rows.length, language) };
  return html`${rows.length > MOST_ROWS ? html`<p class="found" role="status">${fillIn(words.firstRows, more)}</p>` : null}${table}
${notes.length === 0 ? null : html`<ul class="plain notes">${notes.map((note) => html`<li>${cellText(visit, note)}</li>`)}</ul>`}`;
}

function rowView(visit: Visit, { head, cells }: SheetRow): Html {
  return html`<tr><th scope="row">${cellText(visit, head)}</th>${cells.map(
    (cell) => html`<td${numberClass(cell)}>${cellText(visit, cell)}</td>`,
  )}</tr>
`;
}

function numberClass({ isNumber }: Cell) {
  return attributes({ class: isNumber === true && 'number' });
}

function cellText(visit: Visit, { text, href, isCode }: Cell): Html {
  const words = overviewWords(visit.language);
  if (text === '') return html`<span class="quiet" aria-hidden="true">–</span><span class="hidden-text">${words.none}</span>`;
  const shown = isCode ? html`<bdi dir="ltr">${text}</bdi>` : html`<bdi>${text}</bdi>`;
  return href === undefined ? shown : html`<a href="${linkTo(visit, href)}">${shown}</a>`;
}
