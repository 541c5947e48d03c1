import type { Language } from '@bulkhead/contracts';
import { directionOf, type Html, html, LANGUAGE_NAMES } from '@bulkhead/web';
import { type Content, languagesOf, type Picture, textIn } from '#article/article.rules.ts';
import { proseView } from '#prose/prose.views.ts';
import { pictureFile } from './leaving.rules.ts';

/** Two directories below the export's own. */
const UP = '../../';

/** The words of a version as one page that any browser shows from the disk: no styles, nothing from elsewhere. */
export function plainPage(content: Content, language: Language): Html {
  const found = textIn(content.texts, language);
  const text = found?.text;
  const others = languagesOf(content).filter((other) => other !== language);
  return html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text?.title ?? ''}</title>
</head>
<body>
${others.length === 0 ? null : html`<nav><p>${others.map((other) => html`<a href="${other}.html" lang="${other}" dir="${directionOf(other)}">${LANGUAGE_NAMES[other]}</a> `)}</p></nav>\n`}<main>
<h1>${text?.title ?? ''}</h1>
${text?.place ? html`<p>${text.place}</p>\n` : null}<p><strong>${text?.summary ?? ''}</strong></p>
${content.picture ? figure(content.picture, { alt: text?.pictureAlt ?? '', caption: '', credit: content.picture.credit }) : null}
${proseView(text?.body ?? [], (each) => {
  const picture = content.figures.find(({ sha256 }) => sha256 === each.picture);
  return picture ? figure(picture, each) : html``;
})}
</main>
</body>
</html>
`;
}

function figure(
  picture: Picture,
  { alt, caption, credit }: { readonly alt: string; readonly caption: string; readonly credit: string },
): Html {
  const told = [caption, credit].filter((part) => part !== '').join(' — ');
  return html`<figure><img src="${UP}${pictureFile(picture)}" width="${picture.width}" height="${picture.height}" alt="${alt}">${
    told === '' ? null : html`<figcaption>${told}</figcaption>`
  }</figure>`;
}
