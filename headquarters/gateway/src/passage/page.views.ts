import type { Language, SixLanguages } from '@bulkhead/contracts';
import { fillIn, type Html, html, inLanguage, type Page, page } from '@bulkhead/web';
import type { Failure } from './failure.rules.ts';
import { gatewayWordsIn } from './passage.words.ts';

/** What every page of the gateway's needs to know. */
export type PageFrame = Pick<Page, 'organisation' | 'isSample' | 'language' | 'languages' | 'kind'> & {
  readonly area: SixLanguages | null;
  readonly stylesheetPath: string;
  readonly requestId: string;
};

/** Lays out a page of the gateway's own. */
export function frame(given: PageFrame, title: string, main: Html): Html {
  return page({
    language: given.language,
    kind: given.kind,
    title,
    organisation: given.organisation,
    isSample: given.isSample,
    home: '/',
    stylesheetPath: given.stylesheetPath,
    main: html`${main}
<p class="gateway-number">${gatewayWordsIn(given.language).requestNumber} <code dir="ltr">${given.requestId}</code></p>`,
    ...(given.area ? { area: inLanguage(given.area, given.language).text } : {}),
    ...(given.languages ? { languages: given.languages } : {}),
  });
}

/** Any failure: what happened, and what to do. */
export function failurePage(
  given: PageFrame & { readonly failure: Failure; readonly signInPath: string | null; readonly statusUrl: string },
): Html {
  const words = gatewayWordsIn(given.language);
  const { failure } = given;
  // Whoever is kept out here can still read what is going on.
  const hasNews = failure.status >= 500 || failure.code === 'address.blocked';
  return frame(
    given,
    words[failure.title],
    html`<div class="gateway-message">
<p class="gateway-code"><span dir="ltr">${failure.status}</span></p>
<h1>${words[failure.title]}</h1>
<p class="gateway-lead">${words[failure.sentence]}</p>
${given.signInPath ? html`<p><a class="gateway-button" href="${given.signInPath}">${words.signInAgain}</a></p>` : null}
${hasNews ? html`<p><a class="gateway-button" href="${given.statusUrl}">${words.toStatus}</a></p>` : null}
</div>`,
  );
}

/** A sentence of the gateway's with values in it. */
export function say(
  language: Language,
  word: Parameters<typeof wordOf>[1],
  values: Readonly<Record<string, string>> = {},
): string {
  return fillIn(wordOf(language, word), values);
}

function wordOf(language: Language, word: keyof ReturnType<typeof gatewayWordsIn>): string {
  return gatewayWordsIn(language)[word];
}
