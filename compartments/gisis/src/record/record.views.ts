import { fillIn, formatDay, formatNumber, type Html, html } from '@bulkhead/web';
import type { Act, Module } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import { siteWords } from '#site/site.words.ts';
import { nameCountry } from '#state/country.rules.ts';
import { SECRETARIAT, stateOfDelegation } from '#state/delegation.rules.ts';
import { TAKEN_BACK } from '#taken-back/taken-back.rules.ts';
import { takenBackWords } from '#taken-back/taken-back.words.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Value } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import { GONE_STATES, nameAct, nameState } from '#workflow/workflow.rules.ts';
import { type FieldChange, type Labels, labelOf, type Registered, type ShownParts, STATE_FIELD } from './record.rules.ts';
import type { Strand } from './timeline.rules.ts';
import { timelineView } from './timeline.views.ts';
import { valueView } from './value.views.ts';

export type ShownRecord = {
  readonly module: Module;
  readonly record: Registered;
  /** Names of the fields that the visitor sees. */
  readonly fields: readonly string[];
  /** Since when a field holds, where it keeps a dated history. */
  readonly heldSince: Readonly<Record<string, string>>;
  readonly strands: readonly Strand[];
  readonly labels: Labels;
  readonly acts: readonly (readonly [name: string, act: Act])[];
  readonly mayChange: boolean;
  readonly isSaved: boolean;
  readonly parts: readonly ShownParts[];
};

export function recordPage(visit: Visit, shown: ShownRecord): Html {
  const { module, record } = shown;
  const { language } = visit;
  const words = ownWords(language);
  const label = labelOf(module, record, language);
  return layOut(visit, {
    title: `${label} (${record.reference})`,
    section: 'module',
    main: html`${shown.isSaved ? html`<p class="panel good" role="status">${words.saved}</p>\n` : null}<div class="record-head">
${crumbs(visit, module, record)}
<h1><bdi>${label}</bdi></h1>
<p class="badges">${stateBadge(module, record.state, visit)}${record.isSample ? html` <span class="badge wait">${words.sample}</span>` : null}</p>
${notes(visit, module, record)}
${actions(visit, shown)}
</div>
<div class="record-body">
<div class="record-groups">
${module.groups.map(({ title, fields }) => groupView(visit, shown, title, fields))}
${timelineView(visit, shown)}
${shown.parts.map((parts) => partsView(visit, record, parts))}
</div>
${aboutView(visit, shown)}
</div>`,
  });
}

/** Where a page stands: the module, and the record's reference. */
export function crumbs(visit: Visit, module: Module, record: Pick<Registered, 'reference'> | null): Html {
  return html`<p class="kicker"><a class="kind" href="${linkTo(visit, `/${module.name}`)}">${module.say(module.title, visit.language)}</a>${
    record ? html` <span aria-hidden="true">·</span> <code dir="ltr">${record.reference}</code>` : null
  }</p>`;
}

export function stateBadge(module: Module, state: string, { language }: Pick<Visit, 'language'>): Html {
  const kind = GONE_STATES.includes(state) ? 'bad' : (module.workflow?.unpublished ?? []).includes(state) ? 'wait' : 'good';
  const name = nameState(module, state, language);
  if (kind === 'bad') return html`<span class="badge bad">${name}</span>`;
  return kind === 'wait' ? html`<span class="badge wait">${name}</span>` : html`<span class="badge good">${name}</span>`;
}

function notes({ language }: Visit, module: Module, record: Registered): Html {
  const words = ownWords(language);
  const isHidden = (module.workflow?.unpublished ?? []).includes(record.state);
  return html`${GONE_STATES.includes(record.state) ? html`<p class="panel notice">${words.withdrawnNote}</p>` : null}${
    isHidden ? html`<p class="panel notice">${words.unpublishedNote}</p>` : null
  }${record.isSample ? html`<p class="quiet">${words.sampleNote}</p>` : null}`;
}

function actions(visit: Visit, { module, record, acts, mayChange }: ShownRecord): Html | null {
  if (visit.site.isReadOnly || (acts.length === 0 && !mayChange)) return null;
  const path = recordPath(module, record.reference);
  const words = ownWords(visit.language);
  return html`<div class="actions">${
    mayChange ? html`<a class="button" href="${linkTo(visit, `${path}/change`)}">${words.change}</a>` : null
  }${acts.map(
    ([name]) =>
      html` <a class="button second" href="${linkTo(visit, `${path}/acts/${name}`)}">${nameAct(module, name, visit.language)}</a>`,
  )}</div>`;
}

function groupView(
  visit: Visit,
  { module, record, fields, heldSince, labels }: ShownRecord,
  title: string,
  names: readonly string[],
): Html | null {
  const shown = names.filter((name) => fields.includes(name));
  const filled = shown.filter((name) => record.values[name] !== null);
  if (filled.length === 0) return null;
  const { language } = visit;
  const words = ownWords(language);
  return html`<section class="group"><h2>${module.say(title, language)}</h2>
<dl class="record">${filled.map((name) => {
    const since = heldSince[name];
    return html`<dt>${module.say(module.fields[name]?.title ?? name, language)}</dt>
<dd>${valueView(visit, module, name, record.values[name], labels, record.reference)}${
      since === undefined
        ? null
        : html` <span class="quiet">${fillIn(words.heldSince, { day: formatDay(new Date(`${since}T00:00:00Z`), language) })}</span>`
    }</dd>
`;
  })}</dl></section>`;
}

function partsView(visit: Visit, record: Registered, { module, records, mayFile }: ShownParts): Html | null {
  if (records.length === 0 && !mayFile) return null;
  const { language } = visit;
  const words = ownWords(language);
  const adding = `/${module.name}/new?${module.partOf ?? ''}=${encodeURIComponent(record.reference)}`;
  return html`<section class="group"><h2>${module.say(module.record.many, language)}</h2>
${
  records.length === 0
    ? null
    : html`<ul class="parts">${records.map(
        (part) =>
          html`<li><a href="${linkTo(visit, recordPath(module, part.reference))}"><bdi>${labelOf(module, part, language)}</bdi></a> ${stateBadge(module, part.state, visit)}</li>`,
      )}</ul>`
}
${mayFile && !visit.site.isReadOnly ? html`<p><a href="${linkTo(visit, adding)}">${fillIn(words.newRecord, { record: module.say(module.record.one, language) })}</a></p>` : null}</section>`;
}

function aboutView(visit: Visit, shown: ShownRecord): Html {
  const { module, record } = shown;
  const { language } = visit;
  const words = ownWords(language);
  const path = recordPath(module, record.reference);
  return html`<aside class="about-record"><h2>${words.aboutRecord}</h2>
<dl><dt>${words.reference}</dt><dd><a href="${linkTo(visit, path)}"><code dir="ltr">${record.reference}</code></a></dd>
<dt>${words.filedAt}</dt><dd>${momentView(record.createdAt, visit)}</dd>
<dt>${words.changedAt}</dt><dd>${momentView(record.changedAt, visit)}</dd>
<dt>${words.revision}</dt><dd>${formatNumber(record.revision, language)}</dd>
${record.source === null ? null : html`<dt>${words.source}</dt><dd><bdi>${record.source}</bdi></dd>`}</dl>
<ul class="plain">${(module.pages ?? [])
    .filter(({ ofRecord }) => ofRecord)
    .map(
      ({ name, title }) =>
        html`<li><a href="${linkTo(visit, `/${module.name}/${name}?of=${encodeURIComponent(record.reference)}`)}">${module.say(title, language)}</a></li>\n`,
    )}<li><a href="${linkTo(visit, `${path}/history`)}">${words.history}</a></li>
<li><a href="${path}/record.json">${words.asJson}</a></li>${onMapView(visit, shown)}</ul></aside>`;
}

/** A record with a position has its surroundings on the map. */
function onMapView(visit: Visit, { module, record, fields }: ShownRecord): Html | null {
  const name = module.map?.position ?? '';
  const value = record.values[name] ?? null;
  const point = value === null || !fields.includes(name) ? null : meaningsOf(module)[name]?.point(value);
  const field = module.fields[name];
  if (!point || field === undefined || !seesEverywhere(field, visit.viewer)) return null;
  const [longitude, latitude] = point;
  const box = [longitude - 4, Math.max(-90, latitude - 2), longitude + 4, Math.min(90, latitude + 2)];
  const degrees = box.map((number, at) => (at % 2 === 0 ? ((number + 540) % 360) - 180 : number).toFixed(3));
  return html`<li><a href="${linkTo(visit, `/${module.name}/map?${name}.box=${degrees.join()}`)}">${siteWords(visit.language).onMap}</a></li>`;
}

/** The history of a record: each revision with what it changed, who wrote it, when and from which source. */
export function historyPage(
  visit: Visit,
  { module, record, history }: { readonly module: Module; readonly record: Registered; readonly history: readonly FieldChange[] },
): Html {
  const words = ownWords(visit.language);
  const revisions = [...Map.groupBy(history, ({ revision }) => revision).values()];
  const title = fillIn(words.historyOf, { reference: record.reference });
  return layOut(visit, {
    title,
    section: 'module',
    main: html`${crumbs(visit, module, null)}
<h1>${title}</h1>
<p class="lead"><a href="${linkTo(visit, recordPath(module, record.reference))}"><bdi>${labelOf(module, record, visit.language)}</bdi></a></p>
<ol class="history" reversed>${revisions.map((changes) => revisionView(visit, module, changes))}</ol>`,
  });
}

function revisionView(visit: Visit, module: Module, changes: readonly FieldChange[]): Html | null {
  const [first] = changes;
  if (!first) return null;
  const { language } = visit;
  const words = ownWords(language);
  return html`<li><section aria-label="${words.revision} ${formatNumber(first.revision, language)}">
<h2>${nameAct(module, first.act, language)} <span class="quiet">${momentView(first.at, visit)} · <bdi>${writerOf(visit, first)}</bdi></span></h2>
${first.source === null ? null : html`<p class="source"><span class="quiet">${words.source}:</span> <bdi>${first.source}</bdi></p>`}
<dl class="record">${changes.map((change) => changeView(visit, module, change))}</dl></section></li>
`;
}

function changeView(visit: Visit, module: Module, { field, before, after, effectiveOn }: FieldChange): Html {
  const { language } = visit;
  const words = ownWords(language);
  const title =
    field === STATE_FIELD && !(field in module.fields) ? words.state : module.say(module.fields[field]?.title ?? field, language);
  const show = (value: unknown) =>
    field === STATE_FIELD && typeof value === 'string' && !(field in module.fields)
      ? html`${nameState(module, value, language)}`
      : valueView(visit, module, field, value as Value | null);
  return html`<dt>${title}</dt><dd>${after === null || after === undefined ? html`<span class="quiet">${words.empty}</span>` : html`<ins>${show(after)}</ins>`}${
    before === null || before === undefined ? null : html` <span class="quiet">${words.was}</span> <del>${show(before)}</del>`
  }${effectiveOn === null ? null : html` <span class="quiet">${fillIn(words.heldSince, { day: formatDay(new Date(`${effectiveOn}T00:00:00Z`), language) })}</span>`}</dd>
`;
}

/** Who wrote something: the delegation for everybody; the person's name for those who work with it. */
function writerOf({ viewer, language }: Visit, { act, accountName, delegation }: FieldChange): string {
  if (act === TAKEN_BACK) return takenBackWords(language).by;
  const state = stateOfDelegation(delegation);
  const whom = state === null ? nameDelegation(delegation, language) : nameCountry(state, language);
  return viewer.state === null && !viewer.isSecretariat ? whom : `${accountName}, ${whom}`;
}

/** The Secretariat with its units; an organization by the code of its account. */
function nameDelegation(delegation: string | null, language: Visit['language']): string {
  const words = ownWords(language);
  if (delegation === null) return words.officerOf;
  if (delegation === SECRETARIAT || delegation.startsWith('unit-')) return words.delegationSecretariat;
  return fillIn(words.organizationOf, { code: delegation });
}
