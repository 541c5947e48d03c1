import type { CompartmentState, SixLanguages } from '@bulkhead/contracts';
import { attributes, formatMoment, type Html, html, inLanguage } from '@bulkhead/web';
import { hull } from './hull.views.ts';
import { frame, type PageFrame, say } from './page.views.ts';

/** A part of the estate that is open while another is closed. */
export type OpenPart = {
  readonly title: SixLanguages;
  readonly url: string;
  readonly isReadOnly: boolean;
  readonly isPublic: boolean;
};

export type SealedPage = PageFrame & {
  readonly service: SixLanguages;
  readonly state: CompartmentState;
  readonly sinceAt: Date | null;
  readonly nextUpdateAt: Date | null;
  readonly statusUrl: string;
  readonly open: readonly OpenPart[];
  /** Of all compartments, in their order: whether each is closed. */
  readonly rooms: readonly { readonly isClosed: boolean }[];
};

const TITLES = { restoring: 'restoringTitle', verifying: 'verifyingTitle' } as const;
const STEPS = [
  ['sealed', 'stepContained'],
  ['restoring', 'stepRestoring'],
  ['verifying', 'stepVerifying'],
  ['open', 'stepOpen'],
] as const;

/** The sealed room: what is closed, by whom, since when, what is not affected, and when the next update comes. */
export function sealedPage(given: SealedPage): Html {
  const { language } = given;
  const service = inLanguage(given.service, language).text;
  const titleWord = given.state === 'restoring' || given.state === 'verifying' ? TITLES[given.state] : 'sealedTitle';
  const title = say(language, titleWord, { service });
  return frame(
    given,
    title,
    html`<div class="sealed">
<div class="sealed-head">
<div>
<h1>${title}</h1>
<p class="gateway-lead">${say(language, 'sealedLead')}</p>
</div>
${hull(given.rooms, say(language, 'hullLabel'))}
</div>
${steps(given)}
<div class="sealed-columns">
<section class="sealed-facts">${facts(given, service)}</section>
<section class="sealed-open" aria-labelledby="open"><h2 id="open">${say(language, 'notAffected')}</h2>${openParts(given)}</section>
</div>
<section class="sealed-mine"><h2>${say(language, 'whatAboutMine')}</h2><p>${say(language, 'whatAboutMineText')}</p></section>
<p><a class="gateway-button" href="${given.statusUrl}">${say(language, 'toStatus')}</a></p>
</div>`,
  );
}

function steps(given: SealedPage): Html {
  const { language } = given;
  const now = Math.max(
    0,
    STEPS.findIndex(([state]) => state === given.state),
  );
  return html`<ol class="sealed-steps" aria-label="${say(language, 'stepsLabel')}">${STEPS.map(
    ([, word], at) =>
      html`<li class="${at < now ? 'done' : at === now ? 'now' : 'ahead'}"${attributes({ 'aria-current': at === now && 'step' })}><span class="mark" aria-hidden="true">${at + 1}</span><span>${say(language, word)}${
        at === now ? html` <small>${say(language, 'stepNow')}</small>` : null
      }</span></li>`,
  )}</ol>`;
}

function facts(given: SealedPage, service: string): Html {
  const { language } = given;
  const rows: readonly (readonly [string, Html | string])[] = [
    [say(language, 'whatIsClosed'), service],
    [say(language, 'closedBy'), say(language, 'closedByUs', { organisation: given.organisation })],
    ...(given.sinceAt ? [[say(language, 'since'), moment(given.sinceAt, given)] as const] : []),
    [
      say(language, 'nextUpdate'),
      given.nextUpdateAt
        ? moment(given.nextUpdateAt, given)
        : html`<a href="${given.statusUrl}">${say(language, 'nextUpdateOpen')}</a>`,
    ],
  ];
  return html`<dl>${rows.map(([term, told]) => html`<div><dt>${term}</dt><dd>${told}</dd></div>`)}</dl>`;
}

function moment(at: Date, given: SealedPage): Html {
  return html`<time datetime="${at.toISOString()}">${formatMoment(at, given.language)}</time>`;
}

function openParts(given: SealedPage): Html {
  const { language } = given;
  const hasPublicPages = given.open.some((part) => part.isPublic);
  return html`<ul>${given.open.map(
    (part) =>
      html`<li><a href="${part.url}">${inLanguage(part.title, language).text}</a> <span class="${part.isReadOnly ? 'tag wait' : 'tag good'}">${say(
        language,
        part.isReadOnly ? 'readOnly' : 'stillOpen',
      )}</span></li>`,
  )}</ul>${hasPublicPages ? html`<p class="quiet">${say(language, 'publicPagesNote')}</p>` : null}`;
}
