import type { Language } from '@bulkhead/contracts';
import { toldAs } from '@bulkhead/web';
import { z } from 'zod';

/** Marks that turn the direction of what follows, also beyond the text that holds them (UAX #9). */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/u;
/** Nothing that a person types: no character, private use, halves of one, line separators. */
const NO_TEXT = /[\p{Cn}\p{Co}\p{Cs}\u2028\u2029]/u;
/** Letters carry a few marks; towers of them hide neighbouring lines. */
const TOWER = /\p{M}{6}/u;
/** Something must be seen. */
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a text can stand among others: it turns no direction, hides nothing and is seen. Emoji and accents are fine. */
export function isPlainText(text: string): boolean {
  return !TURNS.test(text) && !NO_TEXT.test(text) && !TOWER.test(text) && SEEN.test(text);
}

/** What a person is told of a text that is not plain. */
export const NOT_PLAIN: Readonly<Record<Language, string>> = {
  en: 'This contains hidden marks that turn the direction of writing, or nothing that can be seen. Type it anew.',
  fr: 'Ce texte contient des marques invisibles qui inversent le sens de l’écriture, ou rien de visible. Saisissez-le à nouveau.',
  es: 'El texto contiene marcas ocultas que invierten la dirección de la escritura, o nada visible. Escríbalo de nuevo.',
  ru: 'Текст содержит скрытые знаки, меняющие направление письма, или в нём нет видимых знаков. Введите его заново.',
  zh: '文本含有改变书写方向的隐藏符号，或没有可见内容。请重新输入。',
  ar: 'يحتوي هذا النص على علامات خفية تعكس اتجاه الكتابة، أو لا يحتوي على شيء مرئي. أعد كتابته.',
};

/** A name or a sentence that a person typed, in one line. */
export function plainLine(longest: number) {
  return z.string().trim().min(1).max(longest).refine(isPlainText, toldAs(NOT_PLAIN));
}
