import type { Language } from '@bulkhead/contracts';

type TakenBackWords = {
  /** What was done to a record whose changes a recovery took back. */
  readonly act: string;
  /** Who did it. */
  readonly by: string;
};

const WORDS: Readonly<Record<Language, TakenBackWords>> = {
  en: { act: 'Taken back after an incident', by: 'Recovery' },
  fr: { act: 'Annulé à la suite d’un incident', by: 'Reprise après incident' },
  es: { act: 'Anulado tras un incidente', by: 'Recuperación tras un incidente' },
  ru: { act: 'Отменено после инцидента', by: 'Восстановление после инцидента' },
  zh: { act: '事件后已撤销', by: '事件后恢复' },
  ar: { act: 'أُلغي بعد حادث', by: 'الاستعادة بعد حادث' },
};

/** What the history of a record says of what a recovery took back. */
export function takenBackWords(language: Language): TakenBackWords {
  return WORDS[language];
}
