import type { Language, SixLanguages } from '@bulkhead/contracts';
import type { z } from 'zod';

type Sentence = (number: number) => string;
type Vocabulary = {
  readonly missing: string;
  readonly tooShort: Sentence;
  readonly tooLong: Sentence;
  readonly invalid: string;
  readonly control: string;
  readonly fileMissing: string;
  readonly fileType: (accepted: string) => string;
  readonly fileSize: Sentence;
};

const WORDS: Readonly<Record<Language, Vocabulary>> = {
  en: {
    missing: 'Fill in this field.',
    tooShort: (n) => `Write at least ${n} characters.`,
    tooLong: (n) => `Write at most ${n} characters.`,
    invalid: 'Check this value.',
    control: 'This contains a character that cannot be stored. Type it again.',
    fileMissing: 'Choose a file.',
    fileType: (accepted) => `This file is of another kind. Choose one of these: ${accepted}.`,
    fileSize: (n) => `This file is too large. Choose one of at most ${n} kB.`,
  },
  fr: {
    missing: 'Remplissez ce champ.',
    tooShort: (n) => `Écrivez au moins ${n} caractères.`,
    tooLong: (n) => `Écrivez au plus ${n} caractères.`,
    invalid: 'Vérifiez cette valeur.',
    control: 'Ce texte contient un caractère qui ne peut pas être enregistré. Saisissez-le à nouveau.',
    fileMissing: 'Choisissez un fichier.',
    fileType: (accepted) => `Ce fichier est d'un autre type. Choisissez parmi : ${accepted}.`,
    fileSize: (n) => `Ce fichier est trop volumineux. Choisissez-en un de ${n} ko au plus.`,
  },
  es: {
    missing: 'Rellene este campo.',
    tooShort: (n) => `Escriba al menos ${n} caracteres.`,
    tooLong: (n) => `Escriba ${n} caracteres como máximo.`,
    invalid: 'Compruebe este valor.',
    control: 'El texto contiene un carácter que no se puede guardar. Escríbalo de nuevo.',
    fileMissing: 'Elija un archivo.',
    fileType: (accepted) => `Este archivo es de otro tipo. Elija uno de estos: ${accepted}.`,
    fileSize: (n) => `El archivo es demasiado grande. Elija uno de ${n} kB como máximo.`,
  },
  ru: {
    missing: 'Заполните это поле.',
    tooShort: (n) => `Минимальное число символов: ${n}.`,
    tooLong: (n) => `Максимальное число символов: ${n}.`,
    invalid: 'Проверьте это значение.',
    control: 'Текст содержит символ, который нельзя сохранить. Введите его заново.',
    fileMissing: 'Выберите файл.',
    fileType: (accepted) => `Это файл другого типа. Допустимые типы: ${accepted}.`,
    fileSize: (n) => `Файл слишком велик. Максимальный размер: ${n} кБ.`,
  },
  zh: {
    missing: '请填写此栏。',
    tooShort: (n) => `请至少输入 ${n} 个字符。`,
    tooLong: (n) => `最多输入 ${n} 个字符。`,
    invalid: '请检查此值。',
    control: '其中包含无法存储的字符。请重新输入。',
    fileMissing: '请选择文件。',
    fileType: (accepted) => `文件类型不符。请选择以下类型之一：${accepted}。`,
    fileSize: (n) => `文件过大。请选择不超过 ${n} kB 的文件。`,
  },
  ar: {
    missing: 'املأ هذا الحقل.',
    tooShort: (n) => `الحد الأدنى لعدد الأحرف: ${n}.`,
    tooLong: (n) => `الحد الأقصى لعدد الأحرف: ${n}.`,
    invalid: 'تحقّق من هذه القيمة.',
    control: 'يحتوي النص على رمز لا يمكن حفظه. اكتبه مرة أخرى.',
    fileMissing: 'اختر ملفًا.',
    fileType: (accepted) => `هذا الملف من نوع آخر. اختر أحد الأنواع التالية: ${accepted}.`,
    fileSize: (n) => `الملف كبير جدًا. اختر ملفًا لا يتجاوز ${n} كيلوبايت.`,
  },
};

/** The words for faults of fields, in a language. */
export function faultWords(language: Language): Vocabulary {
  return WORDS[language];
}

/** Attaches a sentence in the six languages to a check of a schema: `.refine(isFree, toldAs({ en: '…', fr: '…' }))`. */
export function toldAs(sentences: SixLanguages): { readonly params: { readonly sentences: SixLanguages } } {
  return { params: { sentences } };
}

/** What a person is told of a fault in a field. */
export function tellIssue(issue: z.core.$ZodIssue, language: Language): string {
  const words = WORDS[language];
  if (issue.code === 'too_small' && issue.origin === 'string')
    return Number(issue.minimum) <= 1 ? words.missing : words.tooShort(Number(issue.minimum));
  if (issue.code === 'too_big' && issue.origin === 'string') return words.tooLong(Number(issue.maximum));
  if (issue.code === 'invalid_type') return words.missing;
  if (issue.code === 'custom') return told(issue.params, language) ?? words.invalid;
  return words.invalid;
}

function told(params: Readonly<Record<string, unknown>> | undefined, language: Language): string | undefined {
  const sentences = params?.['sentences'];
  if (typeof sentences !== 'object' || sentences === null) return undefined;
  const table: Readonly<Record<string, unknown>> = { ...sentences };
  const sentence = table[language] ?? table['en'];
  return typeof sentence === 'string' ? sentence : undefined;
}
