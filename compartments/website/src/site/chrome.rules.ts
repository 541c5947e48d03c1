import { type Evidence, LANGUAGES, type Language } from '@bulkhead/contracts';
import { listKind, type PublicArticle, paths, type Site, shownText } from './site.rules.ts';

const SECTIONS_SHOWN = 4;

/** A section in the navigation. */
export type SectionLink = {
  readonly id: number;
  /** What it was made of; a section that is another is another object. */
  readonly source: PublicArticle | null;
  readonly links: Readonly<Partial<Record<Language, { readonly href: string; readonly text: string }>>>;
};

/** What stands around every page, as far as it depends on articles. The same object as long as it is the same. */
export type Chrome = {
  readonly sections: readonly SectionLink[];
  readonly hasTopics: boolean;
  readonly hasBodies: boolean;
  readonly evidence: readonly Evidence[];
};

/** What stands around a page that must name no article, such as one that tells of a withdrawal. */
export const BARE: Chrome = { sections: [], hasTopics: false, hasBodies: false, evidence: [] };

/** Sections stand in the navigation, the oldest first, so that their order stays. */
export function chromeOf(site: Site, last: Chrome | undefined): Chrome {
  const sections = listKind(site, 'section')
    .toSorted((left, right) => left.id - right.id)
    .slice(0, SECTIONS_SHOWN);
  const hasTopics = site.articles.some(({ content }) => content.kind === 'topic');
  const hasBodies = site.articles.some(({ content }) => content.kind === 'body');
  const isSame =
    last?.hasTopics === hasTopics &&
    last.hasBodies === hasBodies &&
    last.sections.length === sections.length &&
    last.sections.every((section, at) => section.source === sections[at]);
  if (isSame) return last;
  const evidence = sections.flatMap((section) => section.listEvidence);
  return { sections: sections.map(linkSection), hasTopics, hasBodies, evidence };
}

function linkSection(article: PublicArticle): SectionLink {
  const links = Object.fromEntries(
    LANGUAGES.map((language) => [
      language,
      { href: paths.article(language, article), text: shownText(article.content, language).text.title },
    ]),
  );
  return { id: article.id, source: article, links };
}

/** The same from what a page of the compartment knows, for one language. */
export function chromeFromLinks(
  language: Language,
  standing: readonly { readonly articleId: number; readonly kind: string; readonly title: string; readonly path: string }[],
): Chrome {
  const sections = standing
    .filter(({ kind }) => kind === 'section')
    .slice(0, SECTIONS_SHOWN)
    .map(({ articleId: id, title: text, path: href }) => ({ id, source: null, links: { [language]: { href, text } } }));
  const has = (wanted: string) => standing.some(({ kind }) => kind === wanted);
  return { sections, hasTopics: has('topic'), hasBodies: has('body'), evidence: [] };
}
