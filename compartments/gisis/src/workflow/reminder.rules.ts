import type { Language } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { OWED_TITLES } from '#modules/casualty/owed.rules.ts';
import { reminderWords } from './reminder.words.ts';

/** When somebody is reminded of a duty: once before the day and once after it. */
export const STAGES = ['soon', 'overdue'] as const;
export type Stage = (typeof STAGES)[number];

/** What a duty is called; those over casualties follow from several records and stand in no declaration. */
export function dutyTitle(module: Module, name: string): string {
  const declared = [...(module.duties ?? []), ...(module.yearlyReports ?? [])].find((duty) => duty.name === name)?.title;
  return declared ?? Object.entries(OWED_TITLES).find(([what]) => what === name)?.[1] ?? name;
}

/** Under what a reminder stands among the acts that were told. */
export function actOfReminder(stage: Stage, duty: string): string {
  return `${stage}:${duty}`;
}

/** What a reminder says; null for an act that is none. */
export function nameReminder(module: Module, act: string, language: Language): string | null {
  const [told, duty] = act.split(':');
  const stage = STAGES.find((one) => one === told);
  if (stage === undefined || duty === undefined) return null;
  return fillIn(reminderWords(language)[stage], { duty: module.say(dutyTitle(module, duty), language) });
}
