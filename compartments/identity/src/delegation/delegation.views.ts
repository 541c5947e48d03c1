import { LANGUAGES } from '@bulkhead/contracts';
import {
  attributes,
  directionOf,
  type FormFaults,
  fillIn,
  formatNumber,
  type Html,
  html,
  LANGUAGE_NAMES,
  wordsIn,
} from '@bulkhead/web';
import { roleTitle } from '#grant/grant.views.ts';
import { grantWords } from '#grant/grant.words.ts';
import { EVERY_ROLE, type OfferedRole, writeRole } from '#role/role.rules.ts';
import { scimWords } from '#scim/scim-token.words.ts';
import { choiceView, faultList, fieldView, hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, form, goodNews, layOut, paging } from '#site/site.views.ts';
import { DELEGATION_KINDS, type Delegation, type DelegationFilter, type DelegationLine, nameIn } from './delegation.rules.ts';
import { delegationWords } from './delegation.words.ts';

export type ListShown = {
  readonly lines: readonly DelegationLine[];
  readonly found: number;
  readonly hasMore: boolean;
  readonly filter: DelegationFilter;
};

export function delegationListPage(shell: Shell, shown: ListShown): Html {
  const words = delegationWords(shell.language);
  const { lines, found, filter } = shown;
  const query = new URLSearchParams({ q: filter.text, kind: filter.kind ?? '' });
  const { previous, next } = grantWords(shell.language);
  return layOut(shell, {
    title: words.delegations,
    section: 'delegations',
    main: html`<div class="section-head"><h1>${words.delegations}</h1><a class="button" href="${keepLanguage(shell, '/delegations/new')}">${words.newDelegation}</a></div>
<form method="get" action="/delegations" role="search">
${shell.asked ? hiddenField('lang', shell.asked) : null}
${fieldView({ name: 'q', label: words.search, hint: words.searchHint, type: 'search', value: filter.text, autocomplete: 'off', isOptional: true }, {})}
${choiceView({ name: 'kind', label: words.kind, value: filter.kind ?? '', choices: kindChoices(shell) }, {})}
<div class="actions"><button class="second">${words.search}</button></div>
</form>
<p class="quiet" role="status">${found === 0 ? words.nothingFound : fillIn(words.found, { count: formatNumber(found, shell.language) })}</p>
${
  lines.length === 0
    ? null
    : html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.delegations}"><table>
<thead><tr><th scope="col">${words.name}</th><th scope="col">${words.kind}</th><th scope="col">${words.code}</th><th scope="col">${words.people}</th><th scope="col">${words.administrators}</th></tr></thead>
<tbody>${lines.map((line) => row(shell, line))}</tbody>
</table></div>`
}
${paging(shell, { path: `/delegations?${query.toString()}`, page: filter.page, hasMore: shown.hasMore, previous, next })}`,
  });
}

function row(shell: Shell, line: DelegationLine): Html {
  return html`<tr><th scope="row"><a href="${keepLanguage(shell, `/delegations/${line.id}`)}">${nameIn(line.names, shell.language)}</a> ${badges(shell, line)}</th><td>${delegationWords(shell.language)[line.kind]}</td><td><bdi>${line.code}</bdi></td><td>${formatNumber(line.people, shell.language)}</td><td>${formatNumber(line.administrators, shell.language)}</td></tr>`;
}

function badges(shell: Shell, delegation: Delegation): Html {
  const words = delegationWords(shell.language);
  return html`${delegation.status === 'ended' ? html`<span class="badge bad">${words.ended}</span>` : null}${
    delegation.isSample ? html`<span class="badge calm">${words.sample}</span>` : null
  }`;
}

function kindChoices(shell: Shell) {
  const words = delegationWords(shell.language);
  return [{ value: '', text: words.allKinds }, ...DELEGATION_KINDS.map((kind) => ({ value: kind, text: words[kind] }))];
}

export type NamesShown = { readonly values: Readonly<Record<string, string>>; readonly faults: FormFaults };

export function newDelegationPage(
  shell: Shell,
  shown: NamesShown,
  offered: readonly OfferedRole[],
  holds: readonly string[],
): Html {
  const words = delegationWords(shell.language);
  const { values, faults } = shown;
  return layOut(shell, {
    title: words.newDelegation,
    section: 'delegations',
    main: html`<h1>${words.newDelegation}</h1>
${faultList(shell, faults)}
${form(
  shell,
  '/delegations',
  html`${choiceView({ name: 'kind', label: words.kind, value: values['kind'] ?? '', choices: kindChoices(shell).slice(1) }, faults)}
${fieldView({ name: 'code', label: words.code, hint: words.codeHint, value: values['code'] ?? '', autocomplete: 'off', isShort: true }, faults)}
${nameFields(shell, shown)}
${holdsChoice(shell, holds, offered)}
<div class="actions"><button>${words.create}</button><a class="button second" href="${keepLanguage(shell, '/delegations')}">${wordsIn(shell.language).cancel}</a></div>`,
)}`,
  });
}

function nameFields(shell: Shell, { values, faults }: NamesShown): Html {
  const words = delegationWords(shell.language);
  const languages = ['en' as const, ...LANGUAGES.filter((language) => language !== 'en')];
  return html`<fieldset><legend>${words.name}</legend><p class="hint">${words.nameHint}</p>
${languages.map((language) => {
  const name = `name_${language}`;
  const fault = faults[name];
  return html`<div class="field"><label for="${name}">${fillIn(words.nameIn, { language: LANGUAGE_NAMES[language] })}</label>
${fault ? html`<p class="field-fault" id="${name}-fault">${fault}</p>` : null}
<input id="${name}" name="${name}" value="${values[name] ?? ''}" lang="${language}" dir="${directionOf(language)}" autocomplete="off"${attributes(
    {
      required: language === 'en',
      'aria-describedby': fault ? `${name}-fault` : undefined,
      'aria-invalid': fault !== undefined && 'true',
    },
  )}></div>`;
})}
</fieldset>`;
}

function holdsChoice(shell: Shell, holds: readonly string[], offered: readonly OfferedRole[]): Html {
  const words = delegationWords(shell.language);
  return html`<fieldset id="holds"><legend>${words.holds}</legend><p class="hint">${words.holdsLead}</p>
${offered.map(
  (role) =>
    html`<div class="field"><label class="check"><input type="checkbox" name="holds" value="${writeRole(role)}"${attributes({
      checked: holds.includes(writeRole(role)),
    })}> <span>${roleTitle(shell, role, offered)}</span></label></div>`,
)}
</fieldset>`;
}

export type DelegationShown = {
  readonly delegation: Delegation;
  readonly administrators: readonly { readonly id: string; readonly displayName: string }[];
  readonly offered: readonly OfferedRole[];
  readonly names: NamesShown;
  /** What was typed beside holdings that could not be taken. */
  readonly holdsFaults: FormFaults;
  readonly news: string | null;
  readonly refusal: string | null;
};

export function delegationPage(shell: Shell, shown: DelegationShown): Html {
  const words = delegationWords(shell.language);
  const { delegation, names } = shown;
  const at = `/delegations/${delegation.id}`;
  const version = hiddenField('version', String(delegation.version));
  return layOut(shell, {
    title: nameIn(delegation.names, shell.language),
    section: 'delegations',
    main: html`<h1>${nameIn(delegation.names, shell.language)} ${badges(shell, delegation)}</h1>
${goodNews(shown.news)}
${badNews(shown.refusal)}
${faultList(shell, { ...names.faults, ...shown.holdsFaults })}
<dl class="record">
<dt>${words.kind}</dt><dd>${words[delegation.kind]}</dd>
<dt>${words.code}</dt><dd><bdi>${delegation.code}</bdi></dd>
<dt>${words.status}</dt><dd>${words[delegation.status]}</dd>
<dt>${words.administrators}</dt><dd>${administratorList(shell, shown)}</dd>
</dl>
<p><a href="${keepLanguage(shell, `/accounts?delegation=${delegation.id}`)}">${words.showPeople}</a> · <a href="${keepLanguage(shell, `${at}/scim`)}">${scimWords(shell.language).title}</a></p>
${holdsForm(shell, shown, version)}
<details class="fields"${attributes({ open: Object.keys(names.faults).length > 0 })}><summary>${words.name}</summary><div class="fields-body">
${form(shell, `${at}/names`, html`${version}${nameFields(shell, names)}<div class="actions"><button class="second">${words.saveNames}</button></div>`)}
</div></details>
<h2>${words.status}</h2>
${
  delegation.status === 'active'
    ? html`<p>${words.endLead}</p>${form(shell, `${at}/end`, html`${version}<div class="actions"><button class="danger">${words.end}</button></div>`)}`
    : form(shell, `${at}/reopen`, html`${version}<div class="actions"><button class="second">${words.reopen}</button></div>`)
}`,
  });
}

function administratorList(shell: Shell, { administrators }: DelegationShown): Html {
  if (administrators.length === 0) return html`${delegationWords(shell.language).noAdministrators}`;
  return html`${administrators.map(
    (one, at) =>
      html`${at > 0 && ' · '}<a href="${keepLanguage(shell, `/accounts/${one.id}`)}"><bdi>${one.displayName}</bdi></a>`,
  )}`;
}

function holdsForm(shell: Shell, shown: DelegationShown, version: Html): Html {
  const words = delegationWords(shell.language);
  const { delegation, offered } = shown;
  if (delegation.holds.includes(EVERY_ROLE)) return html`<h2>${words.holds}</h2><p>${words.holdsAll}</p>`;
  return form(
    shell,
    `/delegations/${delegation.id}/holds`,
    html`${version}${holdsChoice(shell, delegation.holds, offered)}
${fieldView({ name: 'reason', label: words.reason, autocomplete: 'off' }, shown.holdsFaults)}
<div class="actions"><button class="second">${words.saveHolds}</button></div>`,
  );
}
