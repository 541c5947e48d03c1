import { attributes, fillIn, formatMoment, formatNumber, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { linkTo, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { ownWords } from '#words/words.ts';
import type { Check } from './check.rules.ts';
import { knownColumns } from './column.rules.ts';
import { adviseOn, isOffered } from './faults-file.rules.ts';
import { type ImportFile, isOpen } from './import-file.rules.ts';
import { type IntakeWord, intakeWords } from './intake.words.ts';
import { FILE_BYTES, MOST_FAULTS, SHOWN_FAULTS, WORKBOOK_BYTES } from './limits.rules.ts';
import type { Counts, RowFault } from './outcome.rules.ts';

const MB = 1_048_576;
const LONG_LIST = 12;

export type ShownSending = {
  readonly module: Module;
  readonly files: readonly ImportFile[];
  readonly source: string;
  readonly since: string;
  readonly faults: Readonly<Record<string, string>>;
};

/** The page on which a file is sent: the form, what its columns can be, and earlier imports. */
export function sendingPage(visit: Visit, shown: ShownSending): Html {
  const { module, files } = shown;
  const words = intakeWords(visit.language);
  const title = titleOf(visit, module);
  return layOut(visit, {
    title,
    section: 'module',
    main: html`${crumb(visit, module)}<h1>${title}</h1>
<p class="lead">${words.lead}</p>
${visit.site.isReadOnly ? null : sendingForm(visit, shown)}
${files.length === 0 ? null : html`<h2>${words.yours}</h2><ul class="list">${files.map((file) => fileView(visit, file))}</ul>`}
${columnsView(visit, module)}`,
  });
}

function titleOf({ language }: Visit, module: Module): string {
  return fillIn(intakeWords(language).title, { module: module.say(module.title, language) });
}

function crumb(visit: Visit, module: Module): Html {
  return html`<p class="kicker"><a class="kind" href="${linkTo(visit, `/${module.name}`)}">${module.say(module.title, visit.language)}</a></p>`;
}

function sendingForm(visit: Visit, { module, source, since, faults }: ShownSending): Html {
  const words = intakeWords(visit.language);
  const own = ownWords(visit.language);
  const hasDated = Object.values(module.fields).some(({ effective }) => effective === true);
  const limits = { csv: FILE_BYTES / MB, xlsx: WORKBOOK_BYTES / MB };
  return html`<form class="record-form" method="post" action="${linkTo(visit, `/${module.name}/import`)}" enctype="multipart/form-data" novalidate>
${field({ id: 'file', label: words.file, hint: fillIn(words.fileHint, limits), fault: faults['file'] }, (described) => html`<input id="file" name="file" type="file" required accept=".csv,.txt,.tsv,.xlsx,text/csv"${attributes(described)}>`)}
${field({ id: 'source', label: own.source, hint: own.sourceHint, fault: faults['source'] }, (described) => html`<input id="source" name="source" dir="auto" maxlength="500" required autocomplete="off" value="${source}"${attributes(described)}>`)}
${
  hasDated
    ? field(
        { id: 'since', label: words.since, hint: words.sinceHint, fault: faults['since'] },
        (described) => html`<input class="short" id="since" name="since" type="date" value="${since}"${attributes(described)}>`,
      )
    : html`<input type="hidden" name="since" value="">`
}
<div class="actions"><button>${words.send}</button></div>
</form>`;
}

type Labelled = { readonly id: string; readonly label: string; readonly hint: string; readonly fault: string | undefined };

function field({ id, label, hint, fault }: Labelled, control: (described: Record<string, string | boolean>) => Html): Html {
  const described = {
    'aria-describedby': fault ? `${id}-hint ${id}-fault` : `${id}-hint`,
    'aria-invalid': fault !== undefined && 'true',
  };
  return html`<div class="field"><label for="${id}">${label}</label>
<p class="hint" id="${id}-hint">${hint}</p>
${fault === undefined ? null : html`<p class="field-fault" id="${id}-fault">${fault}</p>`}
${control(described)}</div>`;
}

function fileView(visit: Visit, file: ImportFile): Html {
  const words = intakeWords(visit.language);
  return html`<li><a href="${linkTo(visit, `/imports/${file.id}`)}"><bdi>${file.name}</bdi></a> <span class="quiet">${momentView(file.createdAt, visit)}</span>${
    file.state === 'done' ? html`<br>${sumUp(visit, words.doneText, file.counts)}` : null
  }</li>`;
}

function sumUp({ language }: Visit, sentence: string, { added, changed, same, refused }: Counts): string {
  const say = (count: number) => formatNumber(count, language);
  return fillIn(sentence, { added: say(added), changed: say(changed), same: say(same), refused: say(refused) });
}

/** Each heading that a file can have, with what it holds. */
function columnsView(visit: Visit, module: Module): Html {
  const { language, viewer } = visit;
  const words = intakeWords(language);
  const names = knownColumns(module, viewer).filter((name) => isOffered(module, name));
  return html`<h2>${words.columns}</h2>
<p>${words.columnsHint} <a href="/${module.name}/import/template.csv">${words.templateLink}</a></p>
<section class="table-scroll import-table" tabindex="0" aria-label="${words.columns}"><table><thead><tr><th scope="col">${words.columnName}</th><th scope="col">${words.columnTitle}</th><th scope="col">${words.columnForm}</th></tr></thead>
<tbody>${names.map((name) => columnView(visit, module, name))}</tbody></table></section>`;
}

const ABOUT_COLUMNS: Readonly<Record<string, IntakeWord>> = {
  reference: 'columnReference',
  revision: 'columnRevision',
  since: 'columnSince',
  former_names: 'columnFormer',
};

function columnView({ language }: Visit, module: Module, name: string): Html {
  const words = intakeWords(language);
  const one = module.fields[name];
  const control = meaningsOf(module)[name]?.control;
  const about = ABOUT_COLUMNS[name];
  const title = one ? module.say(one.title, language) : about ? words[about] : name;
  const help = one?.help === undefined ? '' : module.say(one.help, language);
  const options = control?.options?.('en') ?? [];
  const shown =
    options.length > LONG_LIST ? [...options.slice(0, 3).map(({ value }) => value), '…'] : options.map(({ value }) => value);
  return html`<tr><th scope="row"><code dir="ltr">${name}</code></th>
<td>${title}${one?.required === true ? html` <span class="quiet">(${words.columnNeeded})</span>` : null}${help === '' ? null : html`<br><span class="quiet">${help}</span>`}</td>
<td>${control?.example === undefined ? null : html`<code dir="ltr">${control.example}</code>`}${shown.length === 0 ? null : html`${shown.map((option, at) => html`${at > 0 ? (control?.isMany === true ? '; ' : ', ') : null}<code dir="ltr">${option}</code>`)}`}</td></tr>
`;
}

export type ShownImport = {
  readonly file: ImportFile;
  readonly module: Module;
  /** Null once it is carried out or given up. */
  readonly check: Check | null;
  readonly faults: readonly RowFault[];
  readonly faultCount: number;
  /** It was looked at anew since its sender saw it. */
  readonly isAnew: boolean;
};

/** One import: how far it is, what it comes to, and what was refused. */
export function importPage(visit: Visit, shown: ShownImport): Html {
  const { module, file } = shown;
  const title = titleOf(visit, module);
  return layOut(visit, {
    title,
    section: 'module',
    main: html`${crumb(visit, module)}<h1>${title}</h1>
<p class="lead"><bdi>${file.name}</bdi> <span class="quiet">· ${momentView(file.createdAt, visit)}</span></p>
<p><span class="quiet">${ownWords(visit.language).source}:</span> <bdi>${file.source}</bdi></p>
${stateView(visit, shown)}
${faultsView(visit, shown)}
<p><a href="${linkTo(visit, `/${module.name}/import`)}">${ownWords(visit.language).importLink}</a> · <a href="${linkTo(visit, `/${module.name}`)}">${module.say(module.title, visit.language)}</a></p>`,
  });
}

function stateView(visit: Visit, shown: ShownImport): Html {
  const { file, check } = shown;
  const { language } = visit;
  const words = intakeWords(language);
  if (!isOpen(file) || check === null) {
    if (file.state === 'dropped')
      return html`<p class="panel notice" role="status">${sumUp(visit, words.dropped, file.counts)}</p>`;
    return html`<div class="panel good" role="status"><p>${fillIn(words.done, { day: formatMoment(file.endedAt ?? file.createdAt, language) })}</p>
<p>${sumUp(visit, words.doneText, file.counts)}</p></div>`;
  }
  if (check.state === 'unreadable') {
    const { word, holes } = check.fault ?? { word: 'failed' as const, holes: {} };
    return html`<div class="panel bad" role="alert"><h2>${words.unreadable}</h2><p>${fillIn(words[word], holes)}</p></div>
${toldView(visit, check)}${word.startsWith('fileUnknown') || word.startsWith('fileNo') ? columnsView(visit, shown.module) : null}${dropForm(visit, file)}`;
  }
  if (check.state === 'failed')
    return html`<div class="panel bad" role="alert"><p>${words.failed}</p></div><p><a class="button" href="${linkTo(visit, `/imports/${file.id}`)}">${words.tryAgain}</a></p>${dropForm(visit, file)}`;
  if (check.state !== 'done') return html`${waitingView(visit, file, check)}${dropForm(visit, file)}`;
  return html`${toldView(visit, check)}${decideView(visit, shown, check)}`;
}

function waitingView(visit: Visit, file: ImportFile, check: Check): Html {
  const { language } = visit;
  const words = intakeWords(language);
  const done = formatNumber(check.rows, language);
  const all = formatNumber(check.table?.rows ?? 0, language);
  const told =
    check.state === 'waiting' ? words.waiting : check.state === 'reading' ? words.reading : fillIn(words.checking, { done, all });
  return html`<div class="panel" role="status"><p>${told} ${words.nothingWritten}</p>${
    check.table ? html`<progress max="${check.table.rows}" value="${check.rows}">${done} / ${all}</progress>` : null
  }</div>
<p><a class="button" href="${linkTo(visit, `/imports/${file.id}`)}">${words.lookAgain}</a></p>`;
}

/** How the file was understood; where its letters are a guess, some to look at. */
function toldView({ language }: Visit, { table }: Check): Html | null {
  if (table === null) return null;
  const words = intakeWords(language);
  const { told } = table;
  if (told.kind === 'xlsx')
    return html`<p class="quiet">${fillIn(words.readAsWorkbook, { sheet: told.sheet, sheets: formatNumber(told.sheets, language) })}</p>`;
  if (told.encoding === 'windows-1252')
    return html`<div class="panel notice"><p>${words.readAsOld}</p><p><bdi>${told.sample}</bdi></p></div>`;
  const delimiter = told.delimiter === ';' ? words.semicolon : told.delimiter === '\t' ? words.tab : words.comma;
  return html`<p class="quiet">${fillIn(words.readAsCsv, { encoding: told.encoding.toUpperCase(), delimiter })}</p>`;
}

function decideView(visit: Visit, { file, module, isAnew }: ShownImport, check: Check): Html {
  const { language, site } = visit;
  const words = intakeWords(language);
  const isBegun = file.state === 'carrying';
  const { counts } = check;
  const hasWork = isBegun || counts.added + counts.changed + counts.asked > 0;
  const all = file.rows ?? check.table?.rows ?? 0;
  const done = { done: formatNumber(file.doneRows, language), all: formatNumber(all, language) };
  return html`${isAnew ? html`<p class="panel notice" role="status">${words.checkedAnew}</p>` : null}
${
  isBegun
    ? html`<div class="panel" role="status"><p>${fillIn(words.goOnText, done)}</p><progress max="${all}" value="${file.doneRows}">${done.done} / ${done.all}</progress>
<p>${sumUp(visit, words.doneText, file.counts)}</p></div>`
    : html`<p><strong>${words.nothingWritten}</strong></p>${countsView(visit, counts)}`
}
${
  site.isReadOnly
    ? null
    : html`${hasWork ? carryForm(visit, { file, module, check, isBegun }) : html`<p>${words.nothingToDo}</p>`}${dropForm(visit, file)}`
}`;
}

type Carried = { readonly file: ImportFile; readonly module: Module; readonly check: Check; readonly isBegun: boolean };

function carryForm(visit: Visit, { file, module, check, isBegun }: Carried): Html {
  const words = intakeWords(visit.language);
  const isAsked = !isBegun && check.counts.asked > 0;
  return html`<form method="post" action="${linkTo(visit, `/${module.name}/import/${file.id}`)}">
<input type="hidden" name="checked" value="${check.startedAt.toISOString()}">
${isAsked ? html`<p>${words.askedText}</p><p><label class="check"><input type="checkbox" name="sure" value="yes"> ${words.sure}</label></p>` : null}
${isBegun ? null : html`<p>${words.carryText}</p>`}
<div class="actions"><button>${isBegun ? words.goOn : words.carryOut}</button></div></form>`;
}

function dropForm(visit: Visit, file: ImportFile): Html | null {
  if (visit.site.isReadOnly) return null;
  return html`<form method="post" action="${linkTo(visit, `/imports/${file.id}/drop`)}"><button class="second">${intakeWords(visit.language).drop}</button></form>`;
}

function countsView({ language }: Visit, { added, changed, same, refused, asked }: Counts): Html {
  const words = intakeWords(language);
  const lines: readonly (readonly [string, number])[] = [
    [words.added, added],
    [words.changed, changed],
    [words.same, same],
    [words.asked, asked],
    [words.refused, refused],
  ];
  return html`<dl class="counts">${lines.map(([name, count]) => html`<dt>${name}</dt><dd>${formatNumber(count, language)}</dd>\n`)}</dl>`;
}

function faultsView(visit: Visit, { file, faults, faultCount }: ShownImport): Html | null {
  if (faults.length === 0) return null;
  const { language } = visit;
  const words = intakeWords(language);
  const say = (count: number) => formatNumber(count, language);
  const shown = faults.slice(0, SHOWN_FAULTS);
  const isWhole = faultCount <= MOST_FAULTS;
  return html`<h2>${words.faultsTitle}</h2>
<p>${fillIn(words.faultsFirst, { shown: say(shown.length), count: say(faultCount) })} <a href="${linkTo(visit, `/imports/${file.id}/faults.csv`)}">${isWhole ? words.faultsFile : fillIn(words.faultsFileFirst, { kept: say(faults.length) })}</a></p>
<section class="table-scroll import-table" tabindex="0" aria-label="${words.faultsTitle}"><table><thead><tr><th scope="col">${words.row}</th><th scope="col">${words.column}</th><th scope="col">${words.given}</th><th scope="col">${words.wrong}</th><th scope="col">${words.advice}</th></tr></thead>
<tbody>${shown.map(
    (
      fault,
    ) => html`<tr><td>${say(fault.row)}</td><td>${fault.column === '' ? words.wholeRow : html`<code dir="ltr">${fault.column}</code>`}</td><td><bdi>${fault.given.slice(0, 80)}</bdi></td>
<td>${fault.sentence[language]}</td><td>${adviseOn(fault, language)}</td></tr>
`,
  )}</tbody></table></section>`;
}
