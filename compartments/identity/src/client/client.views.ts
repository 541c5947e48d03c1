import { attributes, type FormFaults, formatMoment, type Html, html } from '@bulkhead/web';
import { choiceView, faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { type Client, type ClientTyped, SCOPES } from './client.rules.ts';
import { type ClientWord, clientWords } from './client.words.ts';

export type KeyShown = { readonly id: string; readonly alg: string; readonly useFrom: Date };

export function clientsPage(
  shell: Shell,
  shown: {
    readonly clients: readonly Client[];
    readonly keys: readonly KeyShown[];
    readonly discovery: string;
    readonly areKeysNew: boolean;
  },
): Html {
  const words = clientWords(shell.language);
  return layOut(shell, {
    title: words.clients,
    section: 'clients',
    main: html`<h1>${words.clients}</h1>
${goodNews(shown.areKeysNew ? words.keysReplaced : null)}
<p class="lead">${shown.clients.length === 0 ? words.noClients : words.clientsLead}</p>
${shown.clients.length === 0 ? null : clientTable(shell, shown.clients)}
<div class="actions"><a class="button" href="${keepLanguage(shell, '/clients/new')}">${words.newClient}</a></div>
<h2>${words.discovery}</h2>
<p><code dir="ltr">${shown.discovery}</code></p>
<h2>${words.keys}</h2>
<p>${words.keysLead}</p>
<ul>${shown.keys.map(
      (key) =>
        html`<li><code dir="ltr">${key.alg} ${key.id.slice(0, 12)}</code> · <time datetime="${key.useFrom.toISOString()}">${formatMoment(key.useFrom, shell.language)}</time></li>`,
    )}</ul>
<p class="hint">${words.replaceKeysHint}</p>
${buttonForm(shell, '/signing-keys/replace', { text: words.replaceKeys, kind: 'danger' })}`,
  });
}

function clientTable(shell: Shell, clients: readonly Client[]): Html {
  const words = clientWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.clients}"><table>
<thead><tr><th scope="col">${words.name}</th><th scope="col">${words.id}</th><th scope="col">${words.state}</th></tr></thead>
<tbody>${clients.map(
    (client) =>
      html`<tr><td><a href="${keepLanguage(shell, `/clients/${client.id}`)}"><bdi>${client.name}</bdi></a></td><td><code dir="ltr">${client.id}</code></td><td>${stateBadge(shell, client)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

function stateBadge(shell: Shell, client: Pick<Client, 'disabledAt'>): Html {
  const words = clientWords(shell.language);
  return client.disabledAt === null
    ? html`<span class="badge calm">${words.inUse}</span>`
    : html`<span class="badge warning">${words.outOfUse}</span>`;
}

export function newClientPage(shell: Shell, shown: { readonly typed: ClientTyped; readonly faults: FormFaults }): Html {
  const words = clientWords(shell.language);
  return layOut(shell, {
    title: words.newClient,
    section: 'clients',
    main: html`<h1>${words.newClient}</h1>
${faultList(shell, shown.faults)}
${form(
  shell,
  '/clients',
  html`${fieldView({ name: 'id', label: words.id, hint: words.idHint, value: shown.typed.id, isShort: true }, shown.faults)}
${fields(shell, shown.typed, shown.faults)}
<button>${words.register}</button>`,
)}`,
  });
}

export function clientPage(
  shell: Shell,
  shown: {
    readonly client: Client;
    readonly typed: ClientTyped;
    readonly faults: FormFaults;
    readonly news: ClientWord | null;
    readonly secret: string | null;
  },
): Html {
  const words = clientWords(shell.language);
  const { client } = shown;
  const path = `/clients/${client.id}`;
  const isOut = client.disabledAt !== null;
  return layOut(shell, {
    title: client.name,
    section: 'clients',
    main: html`<h1><bdi>${client.name}</bdi></h1>
${goodNews(shown.news === null ? null : words[shown.news])}
${shown.secret === null ? null : secretPanel(shell, shown.secret)}
<dl class="record"><dt>${words.id}</dt><dd><code dir="ltr">${client.id}</code></dd><dt>${words.state}</dt><dd>${stateBadge(shell, client)}</dd></dl>
${faultList(shell, shown.faults)}
${form(shell, path, html`${fields(shell, shown.typed, shown.faults)}<button>${words.save}</button>`)}
<div class="actions">
${client.authentication === 'client_secret_basic' ? html`<p class="hint">${words.replaceSecretHint}</p>${buttonForm(shell, `${path}/secret`, { text: words.replaceSecret, kind: 'second' })}` : null}
${buttonForm(shell, `${path}/${isOut ? 'enable' : 'disable'}`, { text: isOut ? words.enable : words.disable, kind: isOut ? 'second' : 'danger' })}
</div>`,
  });
}

function secretPanel(shell: Shell, secret: string): Html {
  const words = clientWords(shell.language);
  return html`<div class="panel" role="status"><h2>${words.secret}</h2>
<p>${words.secretLead}</p>
<p><code dir="ltr">${secret}</code></p></div>`;
}

function fields(shell: Shell, typed: ClientTyped, faults: FormFaults): Html {
  const words = clientWords(shell.language);
  return html`${fieldView({ name: 'name', label: words.name, hint: words.nameHint, value: typed.name }, faults)}
${choiceView(
  {
    name: 'authentication',
    label: words.authentication,
    value: typed.authentication,
    choices: [
      { value: 'client_secret_basic', text: words.basic },
      { value: 'private_key_jwt', text: words.privateKey },
      { value: 'none', text: words.none },
    ],
  },
  faults,
)}
${linesView({ name: 'jwks', label: words.jwks, hint: words.jwksHint, value: typed.jwks, isOptional: true }, faults)}
${linesView({ name: 'redirectUris', label: words.redirectUris, hint: words.redirectUrisHint, value: typed.redirectUris }, faults)}
${linesView({ name: 'logoutRedirectUris', label: words.logoutRedirectUris, value: typed.logoutRedirectUris, isOptional: true }, faults)}
${fieldView({ name: 'backchannelLogoutUri', label: words.backchannelLogoutUri, hint: words.backchannelLogoutUriHint, value: typed.backchannelLogoutUri, isOptional: true }, faults)}
${linesView({ name: 'resources', label: words.resources, hint: words.resourcesHint, value: typed.resources, isOptional: true }, faults)}
${choiceView(
  {
    name: 'idTokenAlg',
    label: words.idTokenAlg,
    value: typed.idTokenAlg,
    choices: [
      { value: 'RS256', text: 'RS256' },
      { value: 'EdDSA', text: 'EdDSA' },
    ],
  },
  faults,
)}
<fieldset><legend>${words.scopes}</legend>${SCOPES.map((scope) => scopeView(shell, scope, typed.scopes))}</fieldset>
<div class="field"><label class="check"><input type="checkbox" name="asksConsent" value="yes"${attributes({ checked: typed.asksConsent })}> ${words.asksConsent}</label></div>`;
}

const LEARNS: Readonly<Record<string, ClientWord>> = {
  openid: 'learnsOpenid',
  profile: 'learnsProfile',
  email: 'learnsEmail',
  roles: 'learnsRoles',
};

function scopeView(shell: Shell, scope: string, chosen: readonly string[]): Html {
  const words = clientWords(shell.language);
  const isAlways = scope === 'openid';
  return html`<div class="field"><label class="check"><input type="checkbox" name="scopes" value="${scope}"${attributes({
    checked: isAlways || chosen.includes(scope),
    disabled: isAlways,
  })}> ${words[LEARNS[scope] ?? 'learnsOpenid']} <code dir="ltr">${scope}</code></label></div>`;
}

/** A field of several lines. */
export function linesView(
  field: {
    readonly name: string;
    readonly label: string;
    readonly hint?: string;
    readonly value: string;
    readonly isOptional?: boolean;
  },
  faults: FormFaults,
): Html {
  const fault = faults[field.name];
  const described = [field.hint ? `${field.name}-hint` : '', fault ? `${field.name}-fault` : ''].filter(Boolean).join(' ');
  return html`<div class="field">
<label for="${field.name}">${field.label}</label>
${field.hint ? html`<p class="hint" id="${field.name}-hint">${field.hint}</p>` : null}
${fault ? html`<p class="field-fault" id="${field.name}-fault">${fault}</p>` : null}
<textarea id="${field.name}" name="${field.name}" rows="3" dir="ltr" spellcheck="false"${attributes({
    required: !field.isOptional,
    'aria-describedby': described || undefined,
    'aria-invalid': fault !== undefined && 'true',
  })}>${field.value}</textarea>
</div>`;
}
