import type { Language } from '@bulkhead/contracts';
import { attributes, type Html, html, LANGUAGE_NAMES } from '@bulkhead/web';
import { type WordKey, websiteWords } from '#words/words.ts';
import type { EditorAssets } from './asset.rules.ts';

const WORDS = [
  'formatting',
  'toolStrong',
  'toolEm',
  'toolParagraph',
  'toolHeading',
  'toolSubheading',
  'toolBullets',
  'toolNumbers',
  'toolQuote',
  'toolLink',
  'toolUnlink',
  'toolPicture',
  'toolTable',
  'toolRow',
  'toolColumn',
  'toolUndo',
  'toolRedo',
  'linkAddress',
  'apply',
  'close',
  'caption',
  'credit',
  'describePicture',
  'pictureFile',
  'editorHint',
  'copyKept',
  'copyFailed',
  'copyFound',
  'copyTake',
  'copyDrop',
  'alsoHere',
  'faultPictureBroken',
  'faultHref',
] as const satisfies readonly WordKey[];

/** What the editor's page fetches. */
export function editorHead(assets: EditorAssets): Html {
  return html`<link rel="stylesheet" href="${assets.stylesheet}">
${assets.modules.map((path) => html`<link rel="modulepreload" href="${path}">\n`)}<script type="module" src="${assets.script}"></script>`;
}

/** What the editor has to know: its words, and of which draft copies are kept. */
export function editorData(given: { readonly language: Language; readonly place: string }) {
  const words = websiteWords(given.language);
  const told = Object.fromEntries(WORDS.map((key) => [key, words[key]]));
  return attributes({
    'data-words': JSON.stringify(told),
    'data-languages': JSON.stringify(LANGUAGE_NAMES),
    'data-place': given.place,
    'data-page-language': given.language,
  });
}
