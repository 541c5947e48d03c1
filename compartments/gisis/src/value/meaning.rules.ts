import type { Field } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { Say } from '#declaration/terms.rules.ts';
import { areaMeaning } from './area.rules.ts';
import { callSignMeaning } from './call-sign.rules.ts';
import { choiceMeaning, choicesMeaning } from './choice.rules.ts';
import { dayMeaning } from './day.rules.ts';
import { fileMeaning } from './file.rules.ts';
import { linkMeaning } from './link.rules.ts';
import { locodeMeaning } from './locode.rules.ts';
import { mmsiMeaning } from './mmsi.rules.ts';
import { momentMeaning } from './moment.rules.ts';
import { amountMeaning, wholeMeaning } from './number.rules.ts';
import { periodMeaning } from './period.rules.ts';
import { positionMeaning } from './position.rules.ts';
import { referenceMeaning } from './reference.rules.ts';
import { companyNumberMeaning, shipNumberMeaning } from './ship-number.rules.ts';
import { stateMeaning, statesMeaning } from './state.rules.ts';
import { linesMeaning, textMeaning } from './text.rules.ts';
import type { Meaning } from './value.rules.ts';
import { yesNoMeaning } from './yes-no.rules.ts';

/** What a declared field means; `say` translates the words of its choices and its unit. */
export function meaningOf(field: Field, say: Say): Meaning {
  switch (field.kind) {
    case 'text':
      return textMeaning(field);
    case 'lines':
      return linesMeaning(field);
    case 'yes-no':
      return yesNoMeaning();
    case 'whole':
      return wholeMeaning(field, say);
    case 'amount':
      return amountMeaning(field, say);
    case 'day':
      return dayMeaning(field);
    case 'moment':
      return momentMeaning(field);
    case 'period':
      return periodMeaning();
    case 'position':
      return positionMeaning();
    case 'area':
      return areaMeaning();
    case 'state':
      return stateMeaning();
    case 'states':
      return statesMeaning();
    case 'locode':
      return locodeMeaning();
    case 'imo-number':
      return shipNumberMeaning();
    case 'company-number':
      return companyNumberMeaning();
    case 'mmsi':
      return mmsiMeaning();
    case 'call-sign':
      return callSignMeaning();
    case 'choice':
      return choiceMeaning(field, say);
    case 'choices':
      return choicesMeaning(field, say);
    case 'reference':
      return referenceMeaning(field);
    case 'link':
      return linkMeaning();
    case 'file':
      return fileMeaning(field);
  }
}

export type Meanings = Readonly<Record<string, Meaning>>;
const known = new WeakMap<Module, Meanings>();

/** What the fields of a module mean, by their names. */
export function meaningsOf(module: Module): Meanings {
  const meanings =
    known.get(module) ??
    Object.fromEntries(Object.entries(module.fields).map(([name, field]) => [name, meaningOf(field, module.say)]));
  known.set(module, meanings);
  return meanings;
}
