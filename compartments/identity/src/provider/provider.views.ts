import { fillIn, formatMoment, type Html, html } from '@bulkhead/web';
import { hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { type ProviderWord, providerWords } from './provider.words.ts';
import { PATHS, type ProviderFault } from './token.rules.ts';

/**
 * Takes a person to an address that was checked before. Browsers hold a form's policy against all redirects that follow it, and
 * that one names only the estate's own origins: so the last step to elsewhere is a page of its own, not a redirect.
 */
export function hopPage(shell: Shell, address: string): Html {
  const words = providerWords(shell.language);
  return layOut(shell, {
    title: words.hopTitle,
    section: 'none',
    main: html`<h1>${words.hopTitle}</h1>
<p class="lead">${fillIn(words.hop, { where: new URL(address).host })}</p>
<p><a class="button" href="${address}">${words.goOn}</a></p>`,
  });
}

const SENTENCES: Readonly<Record<string, ProviderWord>> = {
  invalid_redirect_uri: 'faultAddress',
  invalid_client: 'faultUnknown',
};

/** What went wrong with a request that cannot be sent back to its client. */
export function faultPage(shell: Shell, fault: ProviderFault): Html {
  const words = providerWords(shell.language);
  const more = SENTENCES[fault.error];
  return layOut(shell, {
    title: words.faultTitle,
    section: 'none',
    main: html`<h1>${words.faultTitle}</h1>
<p class="lead">${words.fault}</p>
${more ? html`<p>${words[more]}</p>` : null}
<p><small>${words.faultDetail}: <code dir="ltr">${fault.error}</code> <bdi lang="en">${fault.description}</bdi></small></p>`,
  });
}

const LEARNS: Readonly<Record<string, ProviderWord>> = {
  openid: 'learnsOpenid',
  profile: 'learnsProfile',
  email: 'learnsEmail',
  roles: 'learnsRoles',
};

function learnt(shell: Shell, scopes: readonly string[]): Html {
  const words = providerWords(shell.language);
  const known = scopes.flatMap((scope) => LEARNS[scope] ?? []);
  return html`<ul>${known.map((word) => html`<li>${words[word]}</li>`)}</ul>`;
}

export function consentPage(
  shell: Shell,
  shown: { readonly clientName: string; readonly scopes: readonly string[]; readonly query: string },
): Html {
  const words = providerWords(shell.language);
  const name = shown.clientName;
  return layOut(shell, {
    title: fillIn(words.consentTitle, { name }),
    section: 'none',
    main: html`<h1>${fillIn(words.consentTitle, { name })}</h1>
<p class="lead">${fillIn(words.consentLead, { name })}</p>
${learnt(shell, shown.scopes)}
<p class="hint">${words.consentNote}</p>
${form(
  shell,
  PATHS.consent,
  html`${hiddenField('query', shown.query)}<div class="actions">
<button name="answer" value="allow">${words.allow}</button>
<button class="second" name="answer" value="refuse">${words.refuse}</button>
</div>`,
)}`,
  });
}

export function logoutPage(
  shell: Shell,
  shown: { readonly clientName: string | null; readonly fields: Readonly<Record<string, string>> },
): Html {
  const words = providerWords(shell.language);
  return layOut(shell, {
    title: words.logoutTitle,
    section: 'none',
    main: html`<h1>${words.logoutTitle}</h1>
${shown.clientName === null ? null : html`<p>${fillIn(words.logoutAsked, { name: shown.clientName })}</p>`}
<p class="lead">${words.logoutLead}</p>
${form(
  shell,
  PATHS.endSession,
  html`${Object.entries(shown.fields).map(([name, value]) => hiddenField(name, value))}<div class="actions">
<button name="answer" value="yes">${words.logoutYes}</button>
<button class="second" name="answer" value="no">${words.logoutNo}</button>
</div>`,
)}`,
  });
}

export type ConnectionShown = {
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  readonly givenAt: Date;
};

export function connectionsPage(
  shell: Shell,
  shown: { readonly connections: readonly ConnectionShown[]; readonly isTakenBack: boolean },
): Html {
  const words = providerWords(shell.language);
  return layOut(shell, {
    title: words.connections,
    section: 'profile',
    main: html`<h1>${words.connections}</h1>
${goodNews(shown.isTakenBack ? words.takenBack : null)}
<p class="lead">${shown.connections.length === 0 ? words.noConnections : words.connectionsLead}</p>
${shown.connections.length === 0 ? null : connectionTable(shell, shown.connections)}
<p><a href="${keepLanguage(shell, '/')}">${words.goOn}</a></p>`,
  });
}

function connectionTable(shell: Shell, connections: readonly ConnectionShown[]): Html {
  const words = providerWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.connections}"><table>
<thead><tr><th scope="col">${words.software}</th><th scope="col">${words.learns}</th><th scope="col">${words.since}</th><th scope="col">${words.takeBack}</th></tr></thead>
<tbody>${connections.map(
    (one) =>
      html`<tr><td><bdi>${one.clientName}</bdi></td><td>${learnt(shell, one.scopes)}</td><td><time datetime="${one.givenAt.toISOString()}">${formatMoment(one.givenAt, shell.language)}</time></td><td>${buttonForm(
        shell,
        `/connections/${one.clientId}/end`,
        { text: words.takeBack, kind: 'danger', label: `${words.takeBack}: ${one.clientName}` },
      )}</td></tr>`,
  )}</tbody>
</table></div>`;
}
