import { LANGUAGES } from '@bulkhead/contracts';
import { fillIn, formatDay, formatMoment, type Html, html, inLanguage, page } from '@bulkhead/web';
import { ownWords } from '#words/words.ts';
import { inLanguageOf, linkTo, type ShownModule, type Visit } from './site.rules.ts';
import { siteWords } from './site.words.ts';
import { STYLE_PATH } from './style.rules.ts';
import { groupBySubject } from './subject.rules.ts';

type Section = 'home' | 'for-you' | 'module' | 'states';

/** The frame of every page. */
export function layOut(
  visit: Visit,
  given: {
    readonly title: string;
    readonly section: Section;
    readonly main: Html;
    readonly description?: string;
    readonly head?: Html;
  },
): Html {
  const { site, viewer, language } = visit;
  const words = ownWords(language);
  return page({
    language,
    kind: 'public',
    title: given.title,
    organisation: site.organisation,
    isSample: site.isSample,
    area: inLanguage(site.title, language).text,
    home: linkTo(visit, '/'),
    navigation: [
      { href: linkTo(visit, '/'), text: words.modules, isCurrent: given.section === 'home' },
      { href: linkTo(visit, '/states'), text: words.whatIsOwed, isCurrent: given.section === 'states' },
      ...(viewer.accountId !== null
        ? [{ href: linkTo(visit, '/for-you'), text: words.forYou, isCurrent: given.section === 'for-you' }]
        : []),
      ...(viewer.accountId === null ? [{ href: linkTo(visit, '/for-you'), text: words.signIn }] : []),
    ],
    languages: Object.fromEntries(LANGUAGES.map((other) => [other, inLanguageOf(other, visit.at)])),
    ...(viewer.accountId === null ? {} : { account: { name: viewer.name, href: site.accountHref } }),
    ...(given.description === undefined ? {} : { description: given.description }),
    head: html`<link rel="stylesheet" href="${STYLE_PATH}">
${given.head}`,
    main: html`${site.isReadOnly ? html`<p class="panel notice" role="status">${words.readOnly}</p>\n` : null}${given.main}`,
  });
}

export function homePage(visit: Visit, modules: readonly ShownModule[]): Html {
  const words = ownWords(visit.language);
  return layOut(visit, {
    title: words.registry,
    section: 'home',
    description: words.homeLead,
    main: html`<div class="hero registry-hero"><h1>${words.registry}</h1>
<p class="lead">${words.homeLead}</p></div>
${groupBySubject(modules).map(
  ({
    subject,
    modules: shown,
  }) => html`<section class="subject" aria-labelledby="subject-${subject}"><h2 id="subject-${subject}">${siteWords(visit.language)[subject]}</h2>
<ul>${shown.map((one) => moduleEntry(visit, one))}</ul></section>
`,
)}`,
  });
}

function moduleEntry(visit: Visit, { module, changedAt }: ShownModule): Html {
  const { language } = visit;
  const words = ownWords(language);
  const age = changedAt === null ? words.noRecordYet : fillIn(words.lastChange, { day: formatDay(changedAt, language) });
  return html`<li><h3><a href="${linkTo(visit, `/${module.name}`)}">${module.say(module.title, language)}</a></h3>
<p class="about">${module.say(module.about, language)}</p>
<p class="age">${age}</p></li>
`;
}

export function momentView(at: Date, { language }: Pick<Visit, 'language'>): Html {
  return html`<time datetime="${at.toISOString()}">${formatMoment(at, language)}</time>`;
}
