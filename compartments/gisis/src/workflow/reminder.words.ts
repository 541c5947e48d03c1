import type { Language } from '@bulkhead/contracts';

type Reminders = { readonly soon: string; readonly overdue: string };

const WORDS: Readonly<Record<Language, Reminders>> = {
  ar: { soon: 'يحين قريبًا: {duty}', overdue: 'فات موعده: {duty}' },
  zh: { soon: '即将到期：{duty}', overdue: '已逾期：{duty}' },
  en: { soon: 'Falls due soon: {duty}', overdue: 'Overdue: {duty}' },
  fr: { soon: 'Bientôt dû : {duty}', overdue: 'En retard : {duty}' },
  ru: { soon: 'Скоро срок: {duty}', overdue: 'Просрочено: {duty}' },
  es: { soon: 'Vence pronto: {duty}', overdue: 'Vencido: {duty}' },
};

/** How a reminder is told, in one language. */
export function reminderWords(language: Language): Reminders {
  return WORDS[language];
}
