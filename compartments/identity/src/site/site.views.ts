import { LANGUAGES } from '@bulkhead/contracts';
import { attributes, type Html, html, page } from '@bulkhead/web';
import { clientWords } from '#client/client.words.ts';
import { federationWords } from '#federation/federation.words.ts';
import { grantWords } from '#grant/grant.words.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';
import { inLanguageOf, keepLanguage, type Shell } from './shell.rules.ts';

type Section =
  | 'profile'
  | 'security'
  | 'letters'
  | 'accounts'
  | 'delegations'
  | 'requests'
  | 'reviews'
  | 'clients'
  | 'providers'
  | 'none';
type Link = { readonly section: Section; readonly path: string; readonly text: string };

/** Lays out a page of identity. */
export function layOut(
  shell: Shell,
  given: { readonly title: string; readonly section: Section; readonly main: Html; readonly head?: Html },
): Html {
  const words = identityWords(shell.language);
  const { person } = shell;
  const profile = keepLanguage(shell, '/');
  return page({
    language: shell.language,
    kind: 'staff',
    title: given.title,
    ...shell.site,
    area: words.area,
    home: profile,
    ...(person ? { navigation: navigationOf(shell, given.section) } : {}),
    ...(person ? { account: { name: person.name, href: profile } } : {}),
    languages: Object.fromEntries(LANGUAGES.map((language) => [language, inLanguageOf(language, shell.at)])),
    main: given.main,
    ...(given.head ? { head: given.head } : {}),
  });
}

/** What whoever is signed in can go to. */
function navigationOf(shell: Shell, section: Section) {
  const words = identityWords(shell.language);
  const { isAdministrator = false, isDelegationAdministrator = false } = shell.person ?? {};
  const links: Link[] = [
    { section: 'profile', path: '/', text: words.yourAccount },
    { section: 'security', path: '/security', text: accessWords(shell.language).security },
  ];
  if (isAdministrator || isDelegationAdministrator) links.push({ section: 'accounts', path: '/accounts', text: words.accounts });
  if (isAdministrator) {
    links.push({ section: 'delegations', path: '/delegations', text: words.delegations });
    links.push({ section: 'providers', path: '/providers', text: federationWords(shell.language).providers });
    links.push({ section: 'clients', path: '/clients', text: clientWords(shell.language).clients });
    links.push({ section: 'requests', path: '/grants/waiting', text: grantWords(shell.language).requests });
  }
  if (isAdministrator || isDelegationAdministrator) links.push({ section: 'reviews', path: '/reviews', text: words.reviews });
  if (isAdministrator) links.push({ section: 'letters', path: '/letters', text: accessWords(shell.language).letters });
  return links.map((link) => ({ href: keepLanguage(shell, link.path), text: link.text, isCurrent: link.section === section }));
}

/** The links to the page before and after, if there are any. `path` already has a query. */
export function paging(
  shell: Shell,
  given: {
    readonly path: string;
    readonly page: number;
    readonly hasMore: boolean;
    readonly previous: string;
    readonly next: string;
  },
): Html | null {
  const { path, page: at, hasMore } = given;
  if (at === 1 && !hasMore) return null;
  return html`<p class="paging">${
    at > 1 ? html`<a href="${keepLanguage(shell, `${path}&page=${at - 1}`)}" rel="prev">${given.previous}</a>` : null
  } ${hasMore ? html`<a href="${keepLanguage(shell, `${path}&page=${at + 1}`)}" rel="next">${given.next}</a>` : null}</p>`;
}

/** A form that posts to a path of ours. */
export function form(shell: Shell, action: string, content: Html): Html {
  return html`<form method="post" action="${keepLanguage(shell, action)}" novalidate>
${content}
</form>`;
}

/** A form of one button. */
export function buttonForm(
  shell: Shell,
  action: string,
  button: { readonly text: string; readonly kind?: 'second' | 'danger'; readonly label?: string },
): Html {
  return form(
    shell,
    action,
    html`<button${attributes({ class: button.kind, 'aria-label': button.label })}>${button.text}</button>`,
  );
}

export function goodNews(text: string | null | undefined): Html | null {
  return text ? html`<p class="panel good" role="status">${text}</p>` : null;
}

/** A sentence about the whole form. */
export function badNews(text: string | null | undefined): Html | null {
  return text ? html`<p class="panel bad" role="alert">${text}</p>` : null;
}
