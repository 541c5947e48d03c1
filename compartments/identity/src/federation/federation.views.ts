import { attributes, type FormFaults, fillIn, type Html, html } from '@bulkhead/web';
import { linesView } from '#client/client.views.ts';
import { type Errand, writeErrand } from '#sign-in/sign-in.rules.ts';
import { type Choice, choiceView, faultList, fieldView, hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import type { IdentityProvider, ProviderTyped } from './federation.rules.ts';
import { type FederationWord, federationWords } from './federation.words.ts';

type Named = Pick<IdentityProvider, 'id' | 'name'>;
/** An organisation's directory (LDAP), beside its provider. */
export type DirectoryLine = Named & Pick<IdentityProvider, 'delegationId' | 'disabledAt'> & { readonly url: string };

export function choosePage(
  shell: Shell,
  shown: { readonly providers: readonly Named[]; readonly directories: readonly Named[]; readonly errand: Errand | null },
): Html {
  const words = federationWords(shell.language);
  const errand = shown.errand ? `?${writeErrand(shown.errand)}` : '';
  const ways = [
    ...shown.providers.map(({ id, name }) => ({ path: `/federation/${id}/begin`, name })),
    ...shown.directories.map(({ id, name }) => ({ path: `/directories/${id}/sign-in`, name })),
  ].toSorted((left, right) => left.name.localeCompare(right.name, shell.language));
  return layOut(shell, {
    title: words.through,
    section: 'none',
    main: html`<h1>${words.through}</h1>
<p class="lead">${ways.length === 0 ? words.noProviders : words.throughLead}</p>
<ul>${ways.map(({ path, name }) => html`<li><a href="${keepLanguage(shell, `${path}${errand}`)}"><bdi>${name}</bdi></a></li>`)}</ul>`,
  });
}

/** After the provider has answered: nothing is written before the person goes on. */
export function enterPage(
  shell: Shell,
  shown: { readonly provider: Named; readonly name: string; readonly state: string },
): Html {
  const words = federationWords(shell.language);
  const { provider, name, state } = shown;
  return layOut(shell, {
    title: words.through,
    section: 'none',
    main: html`<h1>${words.through}</h1>
<p class="lead">${fillIn(words.youAre, { name, provider: provider.name })}</p>
${form(shell, '/federation/enter', html`${hiddenField('state', state)}<button>${words.enter}</button>`)}`,
  });
}

export function notEnteredPage(
  shell: Shell,
  shown: { readonly provider: string; readonly why: 'refused' | 'nobody' | 'away' },
): Html {
  const words = federationWords(shell.language);
  return layOut(shell, {
    title: words.through,
    section: 'none',
    main: html`<h1>${words.through}</h1>
${badNews(fillIn(words[shown.why], { provider: shown.provider }))}
<p><a href="${keepLanguage(shell, '/sign-in')}">${words.again}</a></p>`,
  });
}

export function providersPage(
  shell: Shell,
  shown: {
    readonly providers: readonly IdentityProvider[];
    readonly directories: readonly DirectoryLine[];
    readonly words: {
      readonly directories: string;
      readonly directoriesLead: string;
      readonly newDirectory: string;
      readonly url: string;
    };
  },
): Html {
  const words = federationWords(shell.language);
  const providers = shown.providers.map((one) => ({ ...one, path: `/providers/${one.id}`, place: one.issuer }));
  const directories = shown.directories.map((one) => ({ ...one, path: `/directories/${one.id}`, place: one.url }));
  return layOut(shell, {
    title: words.providers,
    section: 'providers',
    main: html`<h1>${words.providers}</h1>
<p class="lead">${words.providersLead}</p>
${tableOf(shell, providers, { caption: words.providers, place: words.issuer })}
<div class="actions"><a class="button" href="${keepLanguage(shell, '/providers/new')}">${words.newProvider}</a></div>
<h2>${shown.words.directories}</h2>
<p>${shown.words.directoriesLead}</p>
${tableOf(shell, directories, { caption: shown.words.directories, place: shown.words.url })}
<div class="actions"><a class="button" href="${keepLanguage(shell, '/directories/new')}">${shown.words.newDirectory}</a></div>`,
  });
}

function tableOf(
  shell: Shell,
  lines: readonly (Named &
    Pick<IdentityProvider, 'delegationId' | 'disabledAt'> & { readonly path: string; readonly place: string })[],
  given: { readonly caption: string; readonly place: string },
): Html | null {
  const words = federationWords(shell.language);
  if (lines.length === 0) return null;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${given.caption}"><table>
<thead><tr><th scope="col">${words.name}</th><th scope="col">${words.delegationId}</th><th scope="col">${given.place}</th><th scope="col">${words.state}</th></tr></thead>
<tbody>${lines.map(
    (one) =>
      html`<tr><td><a href="${keepLanguage(shell, one.path)}"><bdi>${one.name}</bdi></a></td><td><code dir="ltr">${one.delegationId}</code></td><td><code dir="ltr">${one.place}</code></td><td>${one.disabledAt === null ? words.inUse : words.outOfUse}</td></tr>`,
  )}</tbody></table></div>`;
}

export type ProviderShown = {
  /** Null for one that is being added. */
  readonly provider: IdentityProvider | null;
  readonly typed: ProviderTyped;
  readonly delegations: readonly Choice[];
  readonly faults: FormFaults;
  readonly callback: string;
  readonly isSaved: boolean;
};

export function providerPage(shell: Shell, shown: ProviderShown): Html {
  const words = federationWords(shell.language);
  const { provider } = shown;
  const isOut = provider !== null && provider.disabledAt !== null;
  const path = provider ? `/providers/${provider.id}` : '/providers';
  const title = provider?.name ?? words.newProvider;
  return layOut(shell, {
    title,
    section: 'providers',
    main: html`<h1><bdi>${title}</bdi></h1>
${goodNews(shown.isSaved ? words.saved : null)}
${provider ? html`<dl class="record"><dt>${words.returnAddress}</dt><dd><code dir="ltr">${shown.callback}</code></dd><dt>${words.state}</dt><dd>${isOut ? words.outOfUse : words.inUse}</dd></dl>` : null}
${faultList(shell, shown.faults)}
${form(shell, path, fields(shell, shown))}
${provider ? html`<div class="actions">${buttonForm(shell, `${path}/${isOut ? 'enable' : 'disable'}`, { text: isOut ? words.enable : words.disable, kind: isOut ? 'second' : 'danger' })}</div>` : null}`,
  });
}

function fields(shell: Shell, { typed, faults, provider, delegations }: ProviderShown): Html {
  const words = federationWords(shell.language);
  const line = (
    name: 'id' | 'name' | 'issuer' | 'clientId' | 'emailDomains' | 'roleClaim',
    hint: FederationWord,
    isShort = false,
  ) => fieldView({ name, label: words[name], hint: words[hint], value: typed[name], isShort }, faults);
  return html`${provider ? null : line('id', 'idHint', true)}
${line('name', 'nameHint')}
${choiceView({ name: 'delegationId', label: words.delegationId, hint: words.delegationIdHint, value: typed.delegationId, choices: delegations }, faults)}
${line('issuer', 'issuerHint')}
${line('clientId', 'clientIdHint')}
${fieldView({ name: 'secret', label: words.secret, hint: words.secretHint, type: 'password', autocomplete: 'off', isOptional: provider !== null }, faults)}
${line('emailDomains', 'emailDomainsHint')}
${line('roleClaim', 'roleClaimHint', true)}
${linesView({ name: 'roleMap', label: words.roleMap, hint: words.roleMapHint, value: typed.roleMap, isOptional: true }, faults)}
<div class="field"><label class="check"><input type="checkbox" name="addsAccounts" value="yes"${attributes({ checked: typed.addsAccounts })}> ${words.addsAccounts}</label></div>
<div class="field"><label class="check"><input type="checkbox" name="vouchesForAddresses" value="yes" aria-describedby="vouches-hint"${attributes({ checked: typed.vouchesForAddresses })}> ${words.vouches}</label><p class="hint" id="vouches-hint">${words.vouchesHint}</p></div>
<button>${words.save}</button>`;
}
