import {
  attributes,
  directionOf,
  type FormFaults,
  type FormValues,
  fillIn,
  type Html,
  html,
  nameLanguage,
  wordsIn,
} from '@bulkhead/web';
import { websiteWords } from '#words/words.ts';
import { languagesOf, TEXT_LIMITS, type Version } from './article.rules.ts';
import { type Notice, newsroomPage, titleView } from './newsroom.views.ts';
import { linkTo, type Visit, versionPath } from './visit.rules.ts';

export type ShownPicture = {
  readonly version: Version;
  readonly values: FormValues;
  readonly faults: FormFaults;
  /** Digest of a picture that was uploaded before another field had a fault: it need not be chosen again. */
  readonly kept?: string | undefined;
  readonly notice?: Notice | undefined;
};

/** The form of a draft's picture: file, credit, and a description in each language that the draft has. */
export function picturePage(visit: Visit, shown: ShownPicture): Html {
  const { version, values, faults } = shown;
  const words = websiteWords(visit.language);
  const path = versionPath(version.articleId, version.number);
  const digest = shown.kept ?? version.content.picture?.sha256;
  return newsroomPage(visit, {
    title: words.picture,
    notice: shown.notice,
    main: html`<p><a href="${linkTo(visit, path)}">${titleView(version.content.texts, visit.language)}</a></p>
<h1>${words.picture}</h1>
${digest ? html`<figure class="article-picture"><img src="/pictures/${digest}" alt="${words.picture}"></figure>` : html`<p>${words.noPicture}</p>`}
<form method="post" enctype="multipart/form-data" action="${linkTo(visit, `${path}/picture`)}">
<input type="hidden" name="revision" value="${one(values, 'revision')}">
<input type="hidden" name="kept" value="${shown.kept ?? ''}">
<div class="field"><label for="picture">${words.pictureFile}</label>
<p class="hint" id="picture-hint">${words.pictureFileHint} ${words.pictureCleaned}</p>
${fault(faults, 'picture')}<input type="file" id="picture" name="picture" accept="image/png,image/jpeg,image/webp" ${describe(faults, 'picture')}></div>
<div class="field"><label for="credit">${words.credit}</label>
<p class="hint" id="credit-hint">${words.creditHint}</p>
${fault(faults, 'credit')}<input id="credit" name="credit" maxlength="${TEXT_LIMITS.credit}" value="${one(values, 'credit')}" ${describe(faults, 'credit')}></div>
<fieldset class="checks"><legend>${words.focus}</legend>
<div class="field"><label for="focus-x">${words.focusX}</label>
<input class="short" type="number" min="0" max="100" id="focus-x" name="focus-x" value="${one(values, 'focus-x')}"></div>
<div class="field"><label for="focus-y">${words.focusY}</label>
<input class="short" type="number" min="0" max="100" id="focus-y" name="focus-y" value="${one(values, 'focus-y')}"></div>
</fieldset>
${languagesOf(version.content).map((language) => {
  const name = `alt-${language}`;
  return html`<div class="field"><label for="${name}">${fillIn(words.pictureAlt, { language: nameLanguage(language, visit.language) })}</label>
<p class="hint" id="${name}-hint">${words.pictureAltHint}</p>
${fault(faults, name)}<input id="${name}" name="${name}" lang="${language}" dir="${directionOf(language)}" maxlength="${TEXT_LIMITS.pictureAlt}" value="${one(values, name)}" ${describe(faults, name)}></div>
`;
})}<div class="actions"><button>${wordsIn(visit.language).save}</button> <a href="${linkTo(visit, path)}">${wordsIn(visit.language).cancel}</a></div>
</form>
${
  version.content.picture
    ? html`<form method="post" action="${linkTo(visit, `${path}/picture/remove`)}"><input type="hidden" name="revision" value="${one(values, 'revision')}"><button class="danger">${words.removePicture}</button></form>`
    : null
}`,
  });
}

function one(values: FormValues, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

function fault(faults: FormFaults, name: string): Html | null {
  return faults[name] ? html`<p class="field-fault" id="${name}-fault">${faults[name]}</p>\n` : null;
}

function describe(faults: FormFaults, name: string) {
  const ids = `${name}-hint${faults[name] ? ` ${name}-fault` : ''}`;
  return attributes({ 'aria-describedby': ids, 'aria-invalid': faults[name] ? 'true' : null });
}
