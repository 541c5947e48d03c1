import {
  attributes,
  directionOf,
  type FormFaults,
  type FormValues,
  fillIn,
  type Html,
  html,
  LANGUAGE_NAMES,
  nameLanguage,
  wordsIn,
} from '@bulkhead/web';
import { websiteWords } from '#words/words.ts';
import { languagesOf, type Reasons, type Version } from './article.rules.ts';
import { newsroomPage, titleView } from './newsroom.views.ts';
import { articlePath, linkTo, type Visit, versionPath } from './visit.rules.ts';

/** Asks for the reasons of a withdrawal. */
export function withdrawPage(
  visit: Visit,
  shown: { readonly version: Version; readonly values: FormValues; readonly faults: FormFaults },
): Html {
  const { version, values, faults } = shown;
  const words = websiteWords(visit.language);
  return newsroomPage(visit, {
    title: words.withdrawTitle,
    main: html`<p><a href="${linkTo(visit, articlePath(version.articleId))}">${titleView(version.content.texts, visit.language)}</a></p>
<h1>${words.withdrawTitle}</h1>
<p>${words.withdrawHint}</p>
<form method="post" action="${linkTo(visit, `${articlePath(version.articleId)}/withdraw`)}">
${languagesOf(version.content).map((language) => {
  const name = `reason-${language}`;
  const value = values[name];
  const fault = faults[name];
  return html`<div class="field"><label for="${name}">${fillIn(words.withdrawReason, { language: nameLanguage(language, visit.language) })}</label>
${fault ? html`<p class="field-fault" id="${name}-fault">${fault}</p>\n` : null}<input id="${name}" name="${name}" lang="${language}" dir="${directionOf(language)}" maxlength="1000" value="${typeof value === 'string' ? value : ''}" ${attributes({ required: language === 'en', 'aria-invalid': fault ? 'true' : null, 'aria-describedby': fault ? `${name}-fault` : null })}></div>
`;
})}<div class="actions"><button class="danger">${words.withdrawCheck}</button> <a href="${linkTo(visit, articlePath(version.articleId))}">${wordsIn(visit.language).cancel}</a></div>
</form>`,
  });
}

/** Shows the reasons as the public will read them; the request that confirms them ends in their digest. */
export function confirmWithdrawalPage(
  visit: Visit,
  shown: { readonly version: Version; readonly reasons: Reasons; readonly digest: string },
): Html {
  const { version, reasons, digest } = shown;
  const words = websiteWords(visit.language);
  const path = `${versionPath(version.articleId, version.number)}/withdraw/${digest}`;
  const given = languagesOf(version.content).flatMap((language) => {
    const reason = reasons[language];
    return reason ? [{ language, reason }] : [];
  });
  return newsroomPage(visit, {
    title: words.withdrawConfirmTitle,
    main: html`<p><a href="${linkTo(visit, articlePath(version.articleId))}">${titleView(version.content.texts, visit.language)}</a></p>
<h1>${words.withdrawConfirmTitle}</h1>
<dl class="record">${given.map(({ language, reason }) => html`<dt lang="${language}">${LANGUAGE_NAMES[language]}</dt><dd lang="${language}" dir="${directionOf(language)}">${reason}</dd>\n`)}<dt>${words.digest}</dt><dd><span class="digest" dir="ltr">${digest}</span></dd></dl>
<form method="post" action="${linkTo(visit, path)}">
${given.map(({ language, reason }) => html`<input type="hidden" name="${`reason-${language}`}" value="${reason}">\n`)}<div class="actions"><button class="danger">${words.withdrawConfirm}</button> <a href="${linkTo(visit, articlePath(version.articleId))}">${wordsIn(visit.language).cancel}</a></div>
</form>`,
  });
}
