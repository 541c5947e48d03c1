import { LANGUAGES, type Language, type SixLanguages } from '@bulkhead/contracts';
import { directionOf, fillIn, formatMoment, html, inLanguage, isLanguage, LANGUAGE_NAMES } from '@bulkhead/web';

const WORDS: Readonly<Record<Language, { readonly title: string; readonly text: string }>> = {
  ar: {
    title: 'نسخة مجمّدة بتاريخ {moment}',
    text: 'خدمة «{service}» مغلقة الآن. هذه نسخة للقراءة فقط: لا تعمل فيها النماذج ولا تسجيل الدخول.',
  },
  zh: { title: '{moment} 的冻结副本', text: '“{service}”目前已关闭。这是仅供阅读的副本：表单和登录均不可用。' },
  en: {
    title: 'Frozen copy of {moment}',
    text: '“{service}” is closed at the moment. This is a copy for reading: forms and sign-in do not work in it.',
  },
  fr: {
    title: 'Copie figée du {moment}',
    text: 'Le service « {service} » est fermé en ce moment. Ceci est une copie pour la lecture : les formulaires et la connexion n’y fonctionnent pas.',
  },
  ru: {
    title: 'Застывшая копия от {moment}',
    text: 'Раздел «{service}» сейчас закрыт. Это копия для чтения: формы и вход в ней не работают.',
  },
  es: {
    title: 'Copia congelada del {moment}',
    text: 'El servicio «{service}» está cerrado en este momento. Esta es una copia para leer: los formularios y el inicio de sesión no funcionan en ella.',
  },
};

export type FrozenNote = { readonly service: SixLanguages; readonly copiedAt: Date; readonly statusUrl: string };

/** Puts the note at the head of a page's body, in the page's language with the other five behind it. */
export function withNote(page: string, note: FrozenNote): string {
  const lang = /<html[^<>]{0,500}\slang\s*=\s*["']?([a-z]{2})/i.exec(page.slice(0, 4096))?.[1]?.toLowerCase();
  const markup = String(noteIn(isLanguage(lang) ? lang : 'en', note));
  const body = /<body(?:\s[^<>]{0,4096})?>/i.exec(page);
  const head = body ?? /<\/head\s*>/i.exec(page) ?? /^\s*<!doctype[^<>]{0,200}>/i.exec(page);
  const at = head === null ? 0 : head.index + head[0].length;
  return `${page.slice(0, at)}\n${markup}\n${page.slice(at)}`;
}

// Nothing that the copied page declares, `!important` included, outweighs what stands here: it can neither hide the note nor
// make it unreadable.
function noteIn(first: Language, note: FrozenNote) {
  const others = LANGUAGES.filter((language) => language !== first);
  return html`<aside role="note" data-bulkhead="frozen" dir="${directionOf(first)}" style="all: initial !important; display: block !important; position: relative !important; z-index: 2147483647 !important; box-sizing: border-box !important; max-width: 100% !important; margin: 0 !important; padding: 0.75rem 1rem !important; border-bottom: 3px solid #8a5a00 !important; background: #fff4d6 !important; overflow-wrap: anywhere !important; color: #1d1d1d !important; font: 16px/1.5 system-ui, sans-serif !important; text-align: start !important; text-transform: none !important; letter-spacing: normal !important;">
${sentence(first, note)}
<details style="all: revert !important; display: block !important; margin: 0.25rem 0 !important; color: #1d1d1d !important; font: 16px/1.5 system-ui, sans-serif !important; text-align: start !important; text-transform: none !important; letter-spacing: normal !important;"><summary style="all: revert !important; display: list-item !important; cursor: pointer !important; color: #1d1d1d !important; font: 16px/1.5 system-ui, sans-serif !important; text-align: start !important; text-transform: none !important; letter-spacing: normal !important;">${others.map((language) => LANGUAGE_NAMES[language]).join(' · ')}</summary>
${others.map((language) => sentence(language, note))}</details>
<p style="all: revert !important; display: block !important; margin: 0 !important; color: #1d1d1d !important; font: 16px/1.5 system-ui, sans-serif !important; text-align: start !important; text-transform: none !important; letter-spacing: normal !important;"><a dir="ltr" style="all: revert !important; color: #00405c !important; font: 16px/1.5 system-ui, sans-serif !important; text-decoration: underline !important;" href="${note.statusUrl}">${note.statusUrl}</a></p>
</aside>`;
}

function sentence(language: Language, { service, copiedAt }: FrozenNote) {
  const values = { service: inLanguage(service, language).text, moment: formatMoment(copiedAt, language) };
  const { title, text } = WORDS[language];
  return html`<p style="all: revert !important; display: block !important; margin: 0 !important; color: #1d1d1d !important; font: 16px/1.5 system-ui, sans-serif !important; text-align: start !important; text-transform: none !important; letter-spacing: normal !important;" lang="${language}" dir="${directionOf(language)}"><strong style="all: revert !important; color: #1d1d1d !important; font-weight: 700 !important;">${fillIn(title, values)}.</strong> ${fillIn(text, values)}</p>`;
}
