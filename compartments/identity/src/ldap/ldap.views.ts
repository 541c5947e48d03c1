import { attributes, type FormFaults, fillIn, type Html, html } from '@bulkhead/web';
import { linesView } from '#client/client.views.ts';
import { notEnteredPage } from '#federation/federation.views.ts';
import { federationWords } from '#federation/federation.words.ts';
import { type Errand, writeErrand } from '#sign-in/sign-in.rules.ts';
import { closedPage, errandFields } from '#sign-in/sign-in.views.ts';
import { type Choice, choiceView, faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { identityWords } from '#words/words.ts';
import type { LdapFault, LdapField, LdapServer, LdapTyped } from './ldap.rules.ts';
import { type LdapWord, ldapWords } from './ldap.words.ts';

export type DirectorySignInShown = {
  readonly server: Pick<LdapServer, 'id' | 'name'>;
  readonly errand: Errand | null;
  readonly name: string;
  readonly faults: FormFaults;
  readonly refusal: 'refused' | { readonly waitSeconds: number } | null;
};

export function directorySignInPage(shell: Shell, shown: DirectorySignInShown): Html {
  const words = ldapWords(shell.language);
  const { server, errand, refusal } = shown;
  const name = server.name;
  const other = keepLanguage(shell, errand ? `/sign-in?${writeErrand(errand)}` : '/sign-in');
  const bad =
    refusal === null
      ? null
      : refusal === 'refused'
        ? fillIn(words.refused, { name })
        : fillIn(identityWords(shell.language).throttled, { seconds: refusal.waitSeconds });
  return layOut(shell, {
    title: fillIn(words.signInTitle, { name }),
    section: 'none',
    main: html`<h1>${fillIn(words.signInTitle, { name })}</h1>
${badNews(bad)}
${faultList(shell, shown.faults)}
<p class="lead">${fillIn(words.signInLead, { name })}</p>
${form(
  shell,
  `/directories/${server.id}/sign-in`,
  html`${errandFields(errand)}
${fieldView({ name: 'name', label: words.typedName, hint: words.typedNameHint, value: shown.name, autocomplete: 'username' }, shown.faults)}
${fieldView({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' }, shown.faults)}
<div class="actions"><button>${words.signIn}</button></div>`,
)}
<p><a href="${other}">${words.otherWays}</a></p>`,
  });
}

/** For whoever is known there and has no account here that it may open, or when it cannot be asked. */
export function notOpenedPage(shell: Shell, shown: { readonly name: string; readonly why: 'nobody' | 'away' }): Html {
  return notEnteredPage(shell, { provider: shown.name, why: shown.why });
}

/** In place of the form while nothing can be written. */
export function directoryClosedPage(shell: Shell): Html {
  return closedPage(shell);
}

/** What a server answered when it was tried; null if it was not. */
export type Tried = 'fine' | LdapFault | null;

export type DirectoryShown = {
  /** Null for one that is being added. */
  readonly server: LdapServer | null;
  readonly typed: LdapTyped;
  readonly delegations: readonly Choice[];
  readonly faults: FormFaults;
  readonly isSaved: boolean;
  readonly tried: Tried;
};

const FAULT_WORDS: Readonly<Record<LdapFault, LdapWord>> = {
  unreachable: 'faultUnreachable',
  'no tls': 'faultNoTls',
  certificate: 'faultCertificate',
  address: 'faultAddress',
  secret: 'faultSecret',
  bind: 'faultBind',
  base: 'faultBase',
};

export function directoryPage(shell: Shell, shown: DirectoryShown): Html {
  const words = { ...federationWords(shell.language), ...ldapWords(shell.language) };
  const { server, tried } = shown;
  const isOut = server !== null && server.disabledAt !== null;
  const path = server ? `/directories/${server.id}` : '/directories';
  const title = server?.name ?? words.newDirectory;
  return layOut(shell, {
    title,
    section: 'providers',
    main: html`<h1><bdi>${title}</bdi></h1>
${goodNews(shown.isSaved ? words.saved : tried === 'fine' ? words.tryFine : null)}
${badNews(tried === null || tried === 'fine' ? null : words[FAULT_WORDS[tried]])}
${server ? html`<dl class="record"><dt>${words.state}</dt><dd>${isOut ? words.outOfUse : words.inUse}</dd></dl>` : null}
${server ? html`<div class="actions">${buttonForm(shell, `${path}/try`, { text: words.tryNow, kind: 'second' })}</div>` : null}
${faultList(shell, shown.faults)}
${form(shell, path, fields(shell, shown))}
${server ? html`<div class="actions">${buttonForm(shell, `${path}/${isOut ? 'enable' : 'disable'}`, { text: isOut ? words.enable : words.disable, kind: isOut ? 'second' : 'danger' })}</div>` : null}`,
  });
}

function fields(shell: Shell, { typed, faults, server, delegations }: DirectoryShown): Html {
  const words = { ...federationWords(shell.language), ...ldapWords(shell.language) };
  const line = (name: LdapField, label: string, more: { readonly hint?: string; readonly isOptional?: boolean } = {}) =>
    fieldView({ name, label, value: typed[name], ...more }, faults);
  const code = (name: LdapField, label: string, more: { readonly hint?: string; readonly isOptional?: boolean } = {}) =>
    fieldView({ name, label, value: typed[name], isShort: true, ...more }, faults);
  const ways = [
    { value: 'search', text: words.waySearch },
    { value: 'template', text: words.wayTemplate },
  ];
  const { delegationIdHint, emailDomainsHint, roleMapHint, certificatesHint } = words;
  return html`${server ? null : code('id', words.id, { hint: words.idHint })}
${line('name', words.name, { hint: words.nameHint })}
${choiceView({ name: 'delegationId', label: words.delegationId, hint: delegationIdHint, value: typed.delegationId, choices: delegations }, faults)}
${line('url', words.url, { hint: words.urlHint })}
${linesView({ name: 'certificates', label: words.certificates, hint: certificatesHint, value: typed.certificates, isOptional: true }, faults)}
${choiceView({ name: 'way', label: words.way, value: typed.way, choices: ways }, faults)}
${line('bindDn', words.bindDn, { hint: words.bindDnHint, isOptional: true })}
${fieldView({ name: 'secret', label: words.secret, hint: words.secretHint, type: 'password', autocomplete: 'off', isOptional: true }, faults)}
${line('base', words.base, { hint: words.baseHint, isOptional: true })}
${line('dnTemplate', words.dnTemplate, { hint: words.dnTemplateHint, isOptional: true })}
${line('filter', words.filter, { hint: words.filterHint })}
${code('subjectAttribute', words.subjectAttribute, { hint: words.subjectAttributeHint })}
${code('nameAttribute', words.nameAttribute)}
${code('mailAttribute', words.mailAttribute)}
${line('emailDomains', words.emailDomains, { hint: emailDomainsHint })}
${code('groupAttribute', words.groupAttribute)}
${line('groupBase', words.groupBase, { hint: words.groupBaseHint, isOptional: true })}
${linesView({ name: 'roleMap', label: words.roleMap, hint: roleMapHint, value: typed.roleMap, isOptional: true }, faults)}
<div class="field"><label class="check"><input type="checkbox" name="addsAccounts" value="yes"${attributes({ checked: typed.addsAccounts })}> ${words.addsAccounts}</label></div>
<button>${words.save}</button>`;
}

const FIELD_FAULTS: Readonly<Partial<Record<LdapField, LdapWord>>> = {
  id: 'idHint',
  url: 'urlFault',
  certificates: 'certificatesFault',
  bindDn: 'dnFault',
  base: 'dnFault',
  groupBase: 'dnFault',
  dnTemplate: 'dnTemplateFault',
  filter: 'filterFault',
  subjectAttribute: 'attributeFault',
  nameAttribute: 'attributeFault',
  mailAttribute: 'attributeFault',
  groupAttribute: 'attributeFault',
  emailDomains: 'emailDomainsFault',
  roleMap: 'roleMapFault',
};

/** What is wrong with a field, and what to write in it. */
export function tellField(shell: Pick<Shell, 'language'>, field: LdapField): string {
  const words = { ...federationWords(shell.language), ...ldapWords(shell.language) };
  return `${words[field]}: ${words[FIELD_FAULTS[field] ?? 'lookAgain']}`;
}
