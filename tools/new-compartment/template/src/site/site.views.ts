import { LANGUAGES } from '@bulkhead/contracts';
import { type Html, html, inLanguage, page } from '@bulkhead/web';
import { ownWords } from '#words/words.ts';
import { inLanguageOf, linkTo, type Visit } from './site.rules.ts';

type Section = 'list' | 'new';

/** The frame of every page. */
export function layOut(visit: Visit, given: { readonly title: string; readonly section: Section; readonly main: Html }): Html {
  const { site, language } = visit;
  const words = ownWords(language);
  return page({
    language,
    kind: 'staff',
    title: given.title,
    organisation: site.organisation,
    isSample: site.isSample,
    area: inLanguage(site.title, language).text,
    home: linkTo(visit, '/'),
    navigation: [
      { href: linkTo(visit, '/'), text: words.entries, isCurrent: given.section === 'list' },
      { href: linkTo(visit, '/entries/new'), text: words.newEntry, isCurrent: given.section === 'new' },
    ],
    languages: Object.fromEntries(LANGUAGES.map((other) => [other, inLanguageOf(other, visit.at)])),
    account: { name: visit.personName, href: site.accountHref },
    main: html`${site.isReadOnly ? html`<p class="panel notice" role="status">${words.readOnly}</p>\n` : null}${given.main}`,
  });
}
