import { attributes, fillIn, formatMoment, formatNumber, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import type { Query } from '#list/query.rules.ts';
import { keepQuery } from '#saved-search/search.rules.ts';
import { officerRole, SECRETARIAT_ROLE, SUPPLIER_ROLE, type Viewer } from '#sight/viewer.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import type { Delivery, StopReason, Webhook, WebhookEvent } from './webhook.rules.ts';
import { type WebhookWord, webhookWords } from './webhook.words.ts';

const WHY: Readonly<Record<StopReason, WebhookWord>> = {
  asked: 'whyAsked',
  failing: 'whyFailing',
  gone: 'whyGone',
  'other-key': 'whyKey',
  query: 'whyQuery',
};
const EVENT_WORDS: Readonly<Record<WebhookEvent, WebhookWord>> = {
  'record.changed': 'eventChanged',
  'record.gone': 'eventGone',
  'record.left': 'eventLeft',
  'registry.restored': 'eventRestored',
  test: 'eventTest',
};

/** Whether somebody reports here: then they may have a server of theirs told. */
export function mayRegister(viewer: Viewer, modules: ReadonlyMap<string, Module>): boolean {
  const able = [SECRETARIAT_ROLE, SUPPLIER_ROLE, ...[...modules.keys()].map(officerRole)];
  return viewer.roles.some((role) => able.includes(role));
}

/** On a list: where an address is registered for what it finds. */
export function webhookLink(visit: Visit, module: Module, query: Query): Html | null {
  if (visit.site.isReadOnly || !mayRegister(visit.viewer, visit.site.modules)) return null;
  const params = new URLSearchParams({ module: module.name });
  const kept = keepQuery(module, query);
  if (kept !== null) params.set('query', kept);
  return html`<p><a href="${linkTo(visit, `/webhooks?${params.toString()}#register`)}">${webhookWords(visit.language).make}</a></p>
`;
}

/** On the page of what concerns somebody: that a webhook of theirs was stopped. */
export function stoppedNotice(visit: Visit, stopped: readonly Webhook[]): Html | null {
  if (stopped.length === 0) return null;
  const words = webhookWords(visit.language);
  return html`<div class="panel notice" role="status"><h2>${words.stoppedTitle}</h2>
<ul>${stopped.map((hook) => html`<li><a href="${linkTo(visit, `/webhooks/${hook.id}`)}" dir="ltr">${hostOf(hook)}</a>: ${words[WHY[hook.stoppedWhy ?? 'asked']]}</li>`)}</ul></div>
`;
}

export type ShownWebhooks = {
  readonly hooks: readonly Webhook[];
  readonly typed: { readonly module: string; readonly query: string; readonly url: string };
  readonly fault: 'faultUrl' | 'faultQuery' | 'faultMany' | null;
};

export function webhooksPage(visit: Visit, shown: ShownWebhooks): Html {
  const words = webhookWords(visit.language);
  return layOut(visit, {
    title: words.webhooks,
    section: 'for-you',
    main: html`<h1>${words.webhooks}</h1>
<p class="lead">${words.lead}</p>
${shown.hooks.length === 0 ? html`<p>${words.none}</p>` : html`<ul class="list">${shown.hooks.map((hook) => hookItem(visit, hook))}</ul>`}
${visit.site.isReadOnly ? null : registerForm(visit, shown)}`,
  });
}

function hookItem(visit: Visit, hook: Webhook): Html {
  return html`<li><p><a href="${linkTo(visit, `/webhooks/${hook.id}`)}" dir="ltr">${hostOf(hook)}</a> ${stateView(visit, hook)}<br>
<span class="quiet">${moduleTitle(visit, hook)} · <bdi>${hook.accountName}</bdi></span></p></li>
`;
}

function registerForm(visit: Visit, { typed, fault }: ShownWebhooks): Html {
  const { language, site } = visit;
  const words = webhookWords(language);
  const modules = [...site.modules.values()];
  return html`<section id="register"><h2>${words.register}</h2>
<form class="record-form" method="post" action="${linkTo(visit, '/webhooks')}">
${
  typed.query === ''
    ? html`<div class="field"><label for="module">${words.module}</label><select id="module" name="module">${modules.map(
        (module) =>
          html`<option value="${module.name}"${attributes({ selected: module.name === typed.module })}>${module.say(module.title, language)}</option>`,
      )}</select></div><input type="hidden" name="query" value="">`
    : html`<p>${moduleTitle(visit, typed)}<br>${queryView(visit, typed.query)}</p>
<input type="hidden" name="module" value="${typed.module}"><input type="hidden" name="query" value="${typed.query}">`
}
<div class="field"><label for="url">${words.address}</label><p class="hint" id="url-hint">${words.addressHint}</p>
${fault === null ? null : html`<p class="field-fault" id="url-fault" role="alert">${words[fault]}</p>`}
<input id="url" name="url" type="url" dir="ltr" maxlength="500" autocomplete="off" required value="${typed.url}"${attributes({
    'aria-describedby': fault === null ? 'url-hint' : 'url-hint url-fault',
    'aria-invalid': fault !== null && 'true',
  })}></div>
<div class="actions"><button>${words.register}</button></div></form></section>`;
}

export type ShownWebhook = {
  readonly hook: Webhook;
  readonly deliveries: readonly Delivery[];
  /** The secret, where it was made just now. */
  readonly secret: string | null;
};

export function webhookPage(visit: Visit, shown: ShownWebhook): Html {
  const { hook, secret } = shown;
  const { language } = visit;
  const words = webhookWords(language);
  return layOut(visit, {
    title: `${words.webhooks}: ${hostOf(hook)}`,
    section: 'for-you',
    main: html`<p class="kicker"><a href="${linkTo(visit, '/webhooks')}">${words.webhooks}</a></p>
<h1><bdi dir="ltr">${hostOf(hook)}</bdi> ${stateView(visit, hook)}</h1>
${secret === null ? null : html`<div class="panel notice" role="status"><h2>${words.secret}</h2><p>${words.secretOnce}</p><p><code dir="ltr" class="long">${secret}</code></p></div>`}
${hook.stoppedWhy === null ? null : html`<p class="panel notice">${words[WHY[hook.stoppedWhy]]}</p>`}
<p><code dir="ltr" class="long">${hook.url}</code></p>
<p>${moduleTitle(visit, hook)}<br>${hook.query === '' ? words.wholeModule : queryView(visit, hook.query)}</p>
<p class="quiet">${fillIn(words.registeredBy, { name: `\u2068${hook.accountName}\u2069`, at: formatMoment(hook.createdAt, language) })}</p>
<p class="quiet">${words.signed}</p>
${visit.site.isReadOnly ? null : actionForms(visit, hook)}
<h2>${words.deliveries}</h2>
${deliveriesView(visit, shown)}`,
  });
}

function actionForms(visit: Visit, { id, stoppedWhy }: Webhook): Html {
  const words = webhookWords(visit.language);
  const button = (path: string, text: string) =>
    html`<form method="post" action="${linkTo(visit, `/webhooks/${id}/${path}`)}"><button class="second">${text}</button></form> `;
  return html`<div class="actions">${
    stoppedWhy === null ? html`${button('test', words.tryIt)}${button('stop', words.stop)}` : button('start', words.start)
  }${button('secret', words.secretRenew)}${button('delete', words.remove)}</div>`;
}

function deliveriesView(visit: Visit, { hook, deliveries }: ShownWebhook): Html {
  const { language } = visit;
  const words = webhookWords(language);
  if (deliveries.length === 0) return html`<p>${words.noDeliveries}</p>`;
  return html`<section class="table-scroll" tabindex="0" aria-label="${words.deliveries}"><table>
<thead><tr><th scope="col">${words.event}</th><th scope="col">${words.record}</th><th scope="col">${words.when}</th><th scope="col">${words.attempts}</th><th scope="col">${words.outcome}</th></tr></thead>
<tbody>${deliveries.map(
    (one) => html`<tr><td>${words[EVENT_WORDS[one.event]]}</td>
<td>${one.reference === null ? null : html`<a href="${linkTo(visit, recordPath({ name: hook.module }, one.reference))}"><code dir="ltr">${one.reference}</code></a>`}</td>
<td>${momentView(one.createdAt, visit)}</td><td>${formatNumber(one.attempts, language)}</td><td>${outcomeView(visit, one)}</td></tr>
`,
  )}</tbody></table></section>`;
}

function outcomeView({ language }: Visit, { endedAs, attempts, answeredStatus, fault, nextAt }: Delivery): string {
  const words = webhookWords(language);
  const answer =
    answeredStatus !== null
      ? fillIn(words.answered, { status: String(answeredStatus) })
      : fault === 'address.refused'
        ? words.refused
        : words.noAnswer;
  if (endedAs === 'sent') return `${words.sent} (${answer})`;
  if (endedAs === 'given-up') return `${words.givenUp} (${answer})`;
  if (attempts === 0 || nextAt === null) return words.waiting;
  return `${answer}; ${fillIn(words.again, { at: formatMoment(nextAt, language) })}`;
}

function stateView({ language }: Visit, { stoppedWhy, failingSince }: Webhook): Html {
  const words = webhookWords(language);
  if (stoppedWhy !== null) return html`<span class="badge wait">${words.stopped}</span>`;
  if (failingSince === null) return html`<span class="badge">${words.active}</span>`;
  return html`<span class="badge wait">${fillIn(words.failingSince, { at: formatMoment(failingSince, language) })}</span>`;
}

function queryView({ language }: Visit, query: string): Html {
  const [before = '', after = ''] = webhookWords(language).ofQuery.split('{query}');
  return html`${before}<code dir="ltr">${query}</code>${after}`;
}

function moduleTitle({ site, language }: Visit, { module: name }: { readonly module: string }): string {
  const module = site.modules.get(name);
  return module === undefined ? name : module.say(module.title, language);
}

function hostOf({ url }: Pick<Webhook, 'url'>): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
