import type { Language } from '@bulkhead/contracts';
import type { Act, Declaration, Module, Told, Workflow } from '#declaration/module.rules.ts';
import { mayAct, ownerOf, type Placed, stateIn } from '#sight/sight.rules.ts';
import { EVERY_STATE, SECRETARIAT_CODE, type Viewer } from '#sight/viewer.rules.ts';
import { TAKEN_BACK } from '#taken-back/taken-back.rules.ts';
import { takenBackWords } from '#taken-back/taken-back.words.ts';
import { ownWords } from '#words/words.ts';
import { nameReminder } from './reminder.rules.ts';

/** The life of records whose declaration tells of none: they stand until they are withdrawn. */
export function workflowOf({ workflow, writers }: Pick<Declaration, 'workflow' | 'writers'>): Workflow {
  return (
    workflow ?? {
      states: { current: 'Current', withdrawn: 'Withdrawn' },
      acts: {
        withdraw: { title: 'Withdraw', from: ['current'], to: 'withdrawn', by: writers, tells: ['own-state', 'secretariat'] },
      },
    }
  );
}

/** States in which a record stands for its history alone: lists leave it out unless they are asked for it. */
export const GONE_STATES: readonly string[] = ['withdrawn', 'removed'];

export function statesOf(module: Pick<Declaration, 'workflow' | 'writers'>): readonly string[] {
  return Object.keys(workflowOf(module).states);
}

/** Where a record begins. */
export function firstState(module: Pick<Declaration, 'workflow' | 'writers'>): string {
  return Object.keys(workflowOf(module).states)[0] ?? 'current';
}

export function nameState(module: Module, state: string, language: Language): string {
  if (module.workflow === undefined)
    return state === 'withdrawn' ? ownWords(language).stateWithdrawn : ownWords(language).stateCurrent;
  return module.say(module.workflow.states[state] ?? state, language);
}

/** What is told of many records that came by a file: their histories say that each was filed or changed. */
export const IMPORT_ACT = 'import';

/** What was done to a record: an act of its workflow, or that it was filed or changed. */
export function nameAct(module: Module, act: string, language: Language): string {
  const words = ownWords(language);
  if (act === 'create') return words.actCreate;
  if (act === 'change') return words.actChange;
  if (act === IMPORT_ACT) return words.actImport;
  if (act === TAKEN_BACK) return takenBackWords(language).act;
  const reminder = nameReminder(module, act, language);
  if (reminder !== null) return reminder;
  if (module.workflow === undefined) return words.actWithdraw;
  const title = module.workflow.acts[act]?.title;
  return title === undefined ? act : module.say(title, language);
}

/** What somebody may do with a record as it stands. */
export function actsFor(module: Module, record: Placed, viewer: Viewer): readonly (readonly [name: string, act: Act])[] {
  return Object.entries(workflowOf(module).acts).filter(([, act]) => mayAct(module, act, record, viewer));
}

/** The codes of those who are told, each once. */
export function whomToTell(declaration: Declaration, tells: readonly Told[], record: Pick<Placed, 'values'>): readonly string[] {
  const codes = tells.map((told) => {
    if (told === 'secretariat') return SECRETARIAT_CODE;
    if (told === 'every-state') return EVERY_STATE;
    return told === 'own-state' ? ownerOf(declaration, record) : stateIn(record, told.stateIn);
  });
  return [...new Set(codes.filter((code) => code !== null))];
}
