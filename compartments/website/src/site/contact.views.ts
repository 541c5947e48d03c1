import type { Language } from '@bulkhead/contracts';
import { type Html, html } from '@bulkhead/web';
import { inOwnLanguage } from '#article/article.views.ts';
import { publicWords } from '#words/public.ts';
import { type PublicArticle, shownText } from './site.rules.ts';

/** A contact point: who answers for what, and the ways to reach them. */
export function contactView(article: PublicArticle, language: Language): Html {
  const { text, language: own } = shownText(article.content, language);
  const words = publicWords(language);
  const { email = '', phone = '', href = '' } = article.content.details.contact ?? {};
  return html`<div class="contact">
<p class="contact-name" ${inOwnLanguage(own, language)}>${text.title}</p>
${text.summary === '' ? null : html`<p class="quiet" ${inOwnLanguage(own, language)}>${text.summary}</p>`}
<ul>
${email === '' ? null : html`<li>${words.email}: <a href="mailto:${email}"><bdi dir="ltr">${email}</bdi></a></li>\n`}${
  phone === '' ? null : html`<li>${words.phone}: <bdi dir="ltr">${phone}</bdi></li>\n`
}${href === '' ? null : html`<li><a href="${href}">${words.form}</a></li>\n`}</ul>
</div>
`;
}
