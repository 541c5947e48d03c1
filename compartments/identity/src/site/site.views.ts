import { LANGUAGES } from '@bulkhead/contracts';
import { attributes, type Html, html, page } from '@bulkhead/web';
import { identityWords } from '#words/words.ts';
import { inLanguageOf, keepLanguage, type Shell } from './shell.rules.ts';

type Section = 'profile' | 'accounts' | 'none';

/** Lays out a page of identity. */
export function layOut(shell: Shell, given: { readonly title: string; readonly section: Section; readonly main: Html }): Html {
  const words = identityWords(shell.language);
  const { person } = shell;
  const profile = keepLanguage(shell, '/');
  const links = [
    { href: profile, text: words.yourAccount, isCurrent: given.section === 'profile' },
    { href: keepLanguage(shell, '/accounts'), text: words.accounts, isCurrent: given.section === 'accounts' },
  ];
  return page({
    language: shell.language,
    kind: 'staff',
    title: given.title,
    ...shell.site,
    area: words.area,
    home: profile,
    ...(person ? { navigation: person.isAdministrator ? links : links.slice(0, 1) } : {}),
    ...(person ? { account: { name: person.name, href: profile } } : {}),
    languages: Object.fromEntries(LANGUAGES.map((language) => [language, inLanguageOf(language, shell.at)])),
    main: given.main,
  });
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
