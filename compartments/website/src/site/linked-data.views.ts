import type { Language } from '@bulkhead/contracts';
import { type Html, jsonBlock } from '@bulkhead/web';
import { textIn } from '#article/article.rules.ts';
import { changedAt, type Host, type PublicArticle, paths } from './site.rules.ts';

/** What a page is, in the words of schema.org, for machines. */
export type LinkedData = Readonly<Record<string, unknown>>;

/** A block of JSON-LD; it holds data alone and never runs. */
export function linkedDataView(data: LinkedData): Html {
  return jsonBlock('application/ld+json', { '@context': 'https://schema.org', ...data });
}

export function newsArticleData(host: Host, language: Language, article: PublicArticle): LinkedData {
  const found = textIn(article.content.texts, language);
  const { picture } = article.content;
  const publisher = publisherData(host);
  return {
    '@type': 'NewsArticle',
    headline: found?.text.title ?? '',
    description: found?.text.summary ?? '',
    inLanguage: found?.language ?? language,
    datePublished: article.publishedAt.toISOString(),
    dateModified: changedAt(article).toISOString(),
    mainEntityOfPage: `${host.publicOrigin}${paths.article(found?.language ?? language, article)}`,
    author: publisher,
    publisher,
    ...(picture ? { image: [`${host.publicOrigin}${paths.picture(picture)}`] } : {}),
  };
}

export function eventData(host: Host, language: Language, article: PublicArticle): LinkedData {
  const found = textIn(article.content.texts, language);
  const { event } = article.content.details;
  const place = found?.text.place ?? '';
  const online = event?.online ?? '';
  const mode = online === '' ? 'Offline' : place === '' ? 'Online' : 'Mixed';
  const locations = [
    ...(place === '' ? [] : [{ '@type': 'Place', name: place, address: place }]),
    ...(online === '' ? [] : [{ '@type': 'VirtualLocation', url: absolute(host, online) }]),
  ];
  return {
    '@type': 'Event',
    name: found?.text.title ?? '',
    description: found?.text.summary ?? '',
    inLanguage: found?.language ?? language,
    startDate: event?.startsAt ?? '',
    endDate: event?.endsAt ?? '',
    eventStatus: 'https://schema.org/EventScheduled',
    eventAttendanceMode: `https://schema.org/${mode}EventAttendanceMode`,
    location: locations,
    organizer: publisherData(host),
    url: `${host.publicOrigin}${paths.article(found?.language ?? language, article)}`,
  };
}

function publisherData(host: Host): LinkedData {
  return { '@type': 'Organization', name: host.organisation, url: `${host.publicOrigin}/` };
}

function absolute(host: Host, href: string): string {
  return href.startsWith('/') ? `${host.publicOrigin}${href}` : href;
}
