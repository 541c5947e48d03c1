import type { Language } from '@bulkhead/contracts';
import type { Module } from '#declaration/module.rules.ts';
import { textIn } from '#modules/check.rules.ts';
import { readRecords } from '#overview/overview.actions.ts';
import { askedAmong, type Overview } from '#overview/overview.rules.ts';
import { overviewWords } from '#overview/overview.words.ts';
import type { Control } from '#overview/sheet.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import { progressShown } from './progress-sheet.rules.ts';
import { statusShown } from './status-sheet.rules.ts';

/** The matrix of States and instruments. */
export const treatyMatrix: Overview = {
  module: 'treaty',
  page: 'matrix',
  read: async (deps, { module, params, visit }) => {
    const { viewer, language } = visit;
    const subject = askedAmong(params, 'subject', subjectsOf(module));
    const treaties = await readRecords(deps, module, subject === null ? {} : { subject }, viewer);
    const actions = await readRecords(deps, deps.modules.get('treaty-action'), {}, viewer);
    const byTreaty = Map.groupBy(actions, ({ values }) => textIn(values, 'treaty') ?? '');
    const instruments = inOrder(treaties, language).map(({ reference, values }) => ({
      reference,
      values,
      actions: (byTreaty.get(reference) ?? []).map((action) => action.values),
    }));
    const caption = module.say('States and instruments', language);
    return statusShown(instruments, [subjectControl(module, subject, language)], { caption, language });
  },
};

/** The way of one instrument to entry into force, computed from the acts of States. */
export const treatyProgress: Overview = {
  module: 'treaty',
  page: 'entry-into-force',
  read: async (deps, { module, params, visit }) => {
    const { viewer, language } = visit;
    const treaties = inOrder(await readRecords(deps, module, {}, viewer), language);
    const asked = askedAmong(
      params,
      'of',
      treaties.map(({ reference }) => reference),
    );
    const treaty = treaties.find(({ reference }) => reference === asked) ?? treaties[0];
    const actions = treaty
      ? await readRecords(deps, deps.modules.get('treaty-action'), { treaty: treaty.reference }, viewer)
      : [];
    const control: Control = {
      name: 'of',
      label: overviewWords(language).instrument,
      shape: 'pick',
      value: treaty?.reference ?? '',
      options: treaties.map(({ reference, values }) => ({ value: reference, text: textIn(values, 'short_name') ?? reference })),
    };
    const caption = treaty ? (textIn(treaty.values, 'full_name') ?? treaty.reference) : module.say(module.title, language);
    return progressShown(
      { treaty: treaty?.values ?? null, actions: actions.map(({ values }) => values), caption, control },
      language,
    );
  },
};

function inOrder(treaties: readonly Registered[], language: Language): readonly Registered[] {
  const nameOf = ({ values, reference }: Registered) => textIn(values, 'short_name') ?? reference;
  return treaties.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), language));
}

function subjectsOf(module: Module): readonly string[] {
  const field = module.fields['subject'];
  return field?.kind === 'choice' ? Object.keys(field.of) : [];
}

function subjectControl(module: Module, value: string | null, language: Language): Control {
  const words = overviewWords(language);
  const field = module.fields['subject'];
  const options = subjectsOf(module).map((code) => ({
    value: code,
    text: module.say(field?.kind === 'choice' ? (field.of[code] ?? code) : code, language),
  }));
  return {
    name: 'subject',
    label: words.subject,
    shape: 'pick',
    value: value ?? '',
    options: [{ value: '', text: words.all }, ...options],
  };
}
