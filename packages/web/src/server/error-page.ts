import type { CompartmentManifest, Estate, Language } from '@bulkhead/contracts';
import type { ErrorCode } from '@bulkhead/kernel';
import { type Html, html } from '#html/html.ts';
import { inLanguage } from '#language.ts';
import { page } from '#page/page.ts';
import type { ErrorStatus } from './error-table.ts';

/** What an error page tells. */
export type ShownError = {
  readonly code: ErrorCode | 'unknown';
  readonly title: string;
  readonly sentence: string;
  readonly requestId: string;
  readonly language: Language;
  readonly estate: Pick<Estate, 'organisation' | 'isSample'>;
  readonly manifest: Pick<CompartmentManifest, 'title'>;
};

const TITLES: Readonly<Record<Language, { readonly caller: string; readonly ours: string; readonly number: string }>> = {
  ar: { caller: 'تعذّر تنفيذ الطلب', ours: 'حدث خطأ ما', number: 'رقم الطلب' },
  zh: { caller: '无法完成请求', ours: '出现错误', number: '请求编号' },
  en: { caller: 'This cannot be done', ours: 'Something went wrong', number: 'Request number' },
  fr: { caller: 'La demande ne peut pas aboutir', ours: "Une erreur s'est produite", number: 'Numéro de la demande' },
  ru: { caller: 'Запрос не может быть выполнен', ours: 'Произошла ошибка', number: 'Номер запроса' },
  es: { caller: 'No se puede completar la solicitud', ours: 'Se ha producido un error', number: 'Número de la solicitud' },
};

export function errorTitle(status: ErrorStatus, language: Language): string {
  return status >= 500 ? TITLES[language].ours : TITLES[language].caller;
}

/** An error page in the estate's layout, with the number under which the fault is found in the log. */
export function errorPage(shown: ShownError): Html {
  const { language, title, estate, manifest } = shown;
  return page({
    language,
    kind: 'staff',
    title,
    ...estate,
    area: inLanguage(manifest.title, language).text,
    home: '/',
    main: html`<h1>${title}</h1>
<p>${shown.sentence}</p>
<p><small>${TITLES[language].number}: <code dir="ltr">${shown.requestId}</code> · <code dir="ltr">${shown.code}</code></small></p>`,
  });
}

/** Whether a caller would rather have JSON than a page. */
export function wantsJson(accept: string | undefined): boolean {
  const given = (accept ?? '').toLowerCase();
  return /application\/(?:[a-z.+-]*\+)?json/.test(given) && !given.includes('text/html');
}
