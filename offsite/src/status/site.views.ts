import { readFileSync } from 'node:fs';
import { LANGUAGES } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { getStylesheet } from '@bulkhead/web';
import { composeApi } from './api.rules.ts';
import { feed } from './feed.views.ts';
import { pageOfNotice, type Shown } from './status.rules.ts';
import {
  languageChoice,
  notFoundPage,
  noticesPage,
  reportPage,
  reportTakenPage,
  type SiteContext,
  statusPage,
} from './status.views.ts';

const OWN_STYLES = readFileSync(new URL('status.css', import.meta.url));
const OWN_STYLES_PATH = `/assets/status-${sha256Hex(OWN_STYLES).slice(0, 32)}.css`;

export type SiteOptions = {
  readonly url: string;
  readonly organisation: string;
  readonly isSample: boolean;
  readonly examplePage: string;
};
type Files = ReadonlyMap<string, string | Uint8Array>;

/** Everything but the pages of all notices: the page in six languages, feeds, JSON and stylesheets; path → content. */
export function renderFront(shown: Shown, options: SiteOptions): Files {
  const context = contextOf(options);
  const common = getStylesheet();
  const files = new Map<string, string | Uint8Array>([
    [common.path, common.bytes],
    [OWN_STYLES_PATH, OWN_STYLES],
    ['/', String(languageChoice(shown, context))],
    ['/robots.txt', 'User-agent: *\nAllow: /\n'],
  ]);
  for (const language of LANGUAGES) {
    files.set(`/${language}/`, String(statusPage(shown, language, context)));
    files.set(`/${language}/404.html`, String(notFoundPage(language, context)));
    files.set(`/${language}/report/`, String(reportPage(language, context)));
    for (const fault of ['again', 'later'] as const)
      files.set(`/${language}/report/${fault}/`, String(reportPage(language, context, fault)));
    files.set(`/${language}/report/thanks/`, String(reportTakenPage(language, context)));
    files.set(`/${language}/feed.atom`, feed(shown, language, options));
  }
  for (const [path, value] of composeApi(shown, options)) files.set(path, `${JSON.stringify(value, null, 1)}\n`);
  return files;
}

/** The pages of all notices. They change only with the notices and with the names of compartments. */
export function renderNotices(shown: Shown, options: SiteOptions): Files {
  const context = contextOf(options);
  const files = new Map<string, string>();
  for (let number = 1; number <= pageOfNotice(shown.notices.length - 1); number += 1)
    for (const language of LANGUAGES)
      files.set(`/${language}/notices/${number}/`, String(noticesPage(shown, number, language, context)));
  return files;
}

function contextOf({ organisation, isSample, examplePage }: SiteOptions): SiteContext {
  return { organisation, isSample, examplePage, stylesheets: { common: getStylesheet().path, own: OWN_STYLES_PATH } };
}
