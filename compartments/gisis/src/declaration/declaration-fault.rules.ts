import type { Field } from './field.rules.ts';
import type { Actor, Declaration, Told } from './module.rules.ts';

/** PostgreSQL cuts longer names; the longest suffix of a constraint or index needs its part. */
const LONGEST_TABLE = 40;
const LONGEST_FIELD = 35;

/** What is wrong with a declaration, in a sentence each: fields that do not exist, states that are not reached, names too long. */
export function listDeclarationFaults(declaration: Declaration, all: readonly Declaration[]): readonly string[] {
  return [
    ...nameFaults(declaration),
    ...groupFaults(declaration),
    ...fieldFaults(declaration),
    ...mentionFaults(declaration),
    ...workflowFaults(declaration),
    ...dutyFaults(declaration),
    ...yearlyFaults(declaration, all),
    ...organizationFaults(declaration),
    ...pageFaults(declaration),
    ...filledFaults(declaration),
    ...releaseFaults(declaration),
    ...neighbourFaults(declaration, all),
  ].map((fault) => `${declaration.name}: ${fault}`);
}

function when(isWrong: boolean, fault: string): readonly string[] {
  return isWrong ? [fault] : [];
}

function nameFaults({ name, table, reference, law }: Declaration): readonly string[] {
  return [
    ...when(!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > 40, 'its name is not of small letters with hyphens'),
    ...when(
      !/^[a-z]+(?:_[a-z]+)*$/.test(table) || table.length > LONGEST_TABLE,
      `its table ${table} is not of small letters with underscores`,
    ),
    ...when('prefix' in reference && !/^[A-Z]{2,6}$/.test(reference.prefix), 'its prefix is not of two to six capitals'),
    ...when(law.length === 0, 'it rests on no law'),
  ];
}

function groupFaults({ groups, fields }: Declaration): readonly string[] {
  const grouped = groups.flatMap((group) => group.fields);
  const twice = grouped.filter((name, at) => grouped.indexOf(name) !== at);
  return [
    ...Object.keys(fields)
      .filter((name) => !grouped.includes(name))
      .map((name) => `the field ${name} stands in no group`),
    ...twice.map((name) => `the field ${name} stands in two groups`),
  ];
}

function fieldFaults({ fields }: Declaration): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    ...when(
      !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name) || name.length > LONGEST_FIELD,
      `the field ${name} has no plain short name`,
    ),
    ...when(field.required === true && field.decidedBy !== undefined, `the field ${name} is decided and asked for`),
    ...when(
      'of' in field && Object.keys(field.of).some((code) => !/^[a-z0-9-]{1,40}$/.test(code)),
      `a choice of ${name} has no plain code`,
    ),
    ...when('of' in field && Object.keys(field.of).length < 2, `${name} leaves no choice`),
  ]);
}

/** Every field that is mentioned anywhere exists; what the public reads of every record is public. */
function mentionFaults(declaration: Declaration): readonly string[] {
  const { fields, label, list, map, charts = [], unique = [], alike = [], groups, reference, owner, partOf } = declaration;
  const mentioned = [
    ...label,
    ...groups.flatMap((group) => group.fields),
    ...list.columns,
    ...list.facets,
    ...list.sorts.map((sort) => sort.replace(/^-/, '')),
    ...list.search,
    ...(map ? [map.position, ...(map.colour === undefined ? [] : [map.colour])] : []),
    ...charts.flatMap(({ by, split }) => [Object.values(by).join(), ...(split === undefined ? [] : [split])]),
    ...unique.flat(),
    ...alike.flat(),
    ...('field' in reference ? [reference.field] : reference.yearOf === undefined ? [] : [reference.yearOf]),
    ...(owner === 'secretariat' ? [] : [owner.stateIn]),
    ...(partOf === undefined ? [] : [partOf]),
  ];
  return [
    ...[...new Set(mentioned)].filter((name) => !(name in fields)).map((name) => `there is no field ${name}`),
    ...label.filter((name) => isHidden(fields[name])).map((name) => `the label shows ${name}, which is not public`),
    ...when(
      owner !== 'secretariat' && !isRequiredState(fields[owner.stateIn]) && !declaration.writers.includes('supplier'),
      'its owner may be missing',
    ),
    ...when('field' in reference && fields[reference.field]?.required !== true, 'its reference may be missing'),
    ...when(
      'yearOf' in reference && fields[reference.yearOf ?? '']?.required !== true,
      'the year of its reference may be missing',
    ),
    ...when(map !== undefined && fields[map.position]?.kind !== 'position', 'its map shows no position'),
    ...when(map?.area !== undefined && fields[map.area]?.kind !== 'area', 'its map draws no area'),
  ];
}

function isHidden(field: Field | undefined): boolean {
  return (field?.seenBy ?? 'public') !== 'public';
}

function isRequiredState(field: Field | undefined): boolean {
  return field?.kind === 'state' && (field.required === true || !isHidden(field));
}

function workflowFaults({ workflow, fields }: Declaration): readonly string[] {
  if (!workflow) return [];
  const states = Object.keys(workflow.states);
  const [first] = states;
  const acts = Object.entries(workflow.acts);
  const reached = new Set([first, ...acts.map(([, act]) => act.to)]);
  const isState = (name: string) => fields[name]?.kind === 'state';
  const actors = (by: readonly Actor[]) => by.flatMap((actor) => (typeof actor === 'object' ? [actor.officerOf] : []));
  const told = (tells: readonly Told[]) => tells.flatMap((one) => (typeof one === 'object' ? [one.stateIn] : []));
  return [
    ...states.filter((state) => !reached.has(state)).map((state) => `no act leads to the state ${state}`),
    ...(workflow.unpublished ?? []).filter((state) => !states.includes(state)).map((state) => `there is no state ${state}`),
    ...acts.flatMap(([name, act]) => [
      ...[...act.from, act.to]
        .filter((state) => !states.includes(state))
        .map((state) => `the act ${name} knows a state ${state}`),
      ...[...(act.needs ?? []), ...(act.clears ?? [])]
        .filter((field) => !(field in fields))
        .map((field) => `the act ${name} needs a field ${field}`),
      ...[...actors(act.by), ...told(act.tells ?? [])]
        .filter((field) => !isState(field))
        .map((field) => `the act ${name} takes ${field} for a State`),
      ...when(act.by.length === 0, `nobody may do ${name}`),
      ...when(!/^[a-z]+(?:-[a-z]+)*$/.test(name), `the act ${name} has no plain name`),
    ]),
  ];
}

/** A field that an act fills in is asked for by that act, and by nobody before. */
function filledFaults({ fields, workflow }: Declaration): readonly string[] {
  return Object.entries(fields).flatMap(([name, { filledBy = [], required }]) => [
    ...filledBy
      .filter((act) => !workflow?.acts[act]?.needs?.includes(name))
      .map((act) => `the act ${act} does not ask for ${name}`),
    ...when(required === true && filledBy.length > 0, `the field ${name} is asked for before an act can fill it in`),
  ]);
}

/** What a State releases it chooses by an act of its own alone, from fields that are otherwise hidden. */
function releaseFaults({ release, fields, workflow, owner }: Declaration): readonly string[] {
  if (!release) return [];
  const choose = fields[release.choose];
  const codes = choose?.kind === 'choices' ? Object.keys(choose.of) : [];
  const acts = choose?.filledBy?.map((name) => workflow?.acts[name]) ?? [];
  return [
    ...when(
      owner === 'secretariat' || acts.length === 0 || acts.some((act) => act?.by.length !== 1 || act.by[0] !== 'officer'),
      'others than its State may release it',
    ),
    ...when(codes.join() !== Object.keys(release.opens).join(), 'what is released and what that opens are not alike'),
    ...when(fields[release.to]?.filledBy?.join() !== choose?.filledBy?.join(), 'to whom it is released is told elsewhere'),
    ...Object.values(release.opens)
      .flat()
      .filter((name) => !isHidden(fields[name]))
      .map((name) => `${name} is released though it is not hidden`),
  ];
}

function dutyFaults({ duties = [], fields, workflow, owner }: Declaration): readonly string[] {
  return duties.flatMap((duty) => {
    const states = Object.keys(workflow?.states ?? {});
    const { name, title, from, until, owedBy, where, due } = duty;
    const kept = where === undefined ? undefined : fields[where.field];
    const codes = kept && 'of' in kept ? Object.keys(kept.of) : [];
    return [
      ...when(!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > 30, `“${title}” has no plain name`),
      ...when(duties.filter((other) => other.name === name).length > 1, `“${title}” has the name of another duty`),
      ...when(
        'nextYearOn' in due && !/^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(due.nextYearOn),
        `“${title}” is due on no day`,
      ),
      ...when(
        owedBy !== 'own-state' &&
          !Object.values(workflow?.acts ?? {}).some(({ by }) =>
            by.some((actor) => typeof actor === 'object' && actor.officerOf === owedBy.stateIn),
          ),
        `“${title}” is owed by a State that cannot do it`,
      ),
      ...when(owedBy === 'own-state' && owner === 'secretariat', `“${title}” is owed by nobody`),
      ...when(!['day', 'moment'].includes(fields[from]?.kind ?? ''), `“${title}” counts from no day`),
      ...when('filled' in until && !(until.filled in fields), `“${title}” ends with a field that is not there`),
      ...when(
        'leaves' in until && until.leaves.some((state) => !states.includes(state)),
        `“${title}” ends with a state that is not there`,
      ),
      ...when(owedBy !== 'own-state' && fields[owedBy.stateIn]?.kind !== 'state', `“${title}” is owed by no State`),
      ...when(duty.given !== undefined && !(duty.given in fields), `“${title}” rests on a field that is not there`),
      ...when(where?.among.some((code) => !codes.includes(code)) ?? false, `“${title}” asks for a value that is not there`),
    ];
  });
}

/** What is owed every year rests on fields that are there, of a module that is there. */
function yearlyFaults(declaration: Declaration, all: readonly Declaration[]): readonly string[] {
  const { yearlyReports = [], duties = [], fields, owner, workflow, name: own } = declaration;
  return yearlyReports.flatMap(({ name, title, heldIn, dueOn, states, atLeast, among, since }) => {
    const holder = all.find((other) => other.name === heldIn.module);
    const named = holder?.fields[heldIn.record];
    const kept = fields[among.field];
    const codes = kept?.kind === 'choice' ? Object.keys(kept.of) : [];
    return [
      ...when(!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > 30, `“${title}” has no plain name`),
      ...when(
        [...duties, ...yearlyReports].filter((other) => other.name === name).length > 1,
        `“${title}” has the name of another duty`,
      ),
      ...when(owner === 'secretariat', `“${title}” is owed by nobody`),
      ...when(!/^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(dueOn), `“${title}” is due on no day`),
      ...when(named?.kind !== 'reference' || named.to !== own, `“${title}” is held where no record of this module is named`),
      ...when(holder?.fields[heldIn.year]?.kind !== 'whole', `“${title}” is held where no year is named`),
      ...when(
        fields[atLeast.field]?.kind !== 'whole' || fields[since]?.kind !== 'whole',
        `“${title}” rests on a number that is not there`,
      ),
      ...when(
        among.values.length === 0 || among.values.some((code) => !codes.includes(code)),
        `“${title}” asks for a value that is not there`,
      ),
      ...when(
        states.length === 0 || states.some((state) => !(state in (workflow?.states ?? {}))),
        `“${title}” asks for a state that is not there`,
      ),
    ];
  });
}

/** Which organization filed a record is kept in a field that nobody types, and that others than its State do not see. */
function organizationFaults({ organizations, fields, writers, workflow }: Declaration): readonly string[] {
  const actors = [...writers, ...Object.values(workflow?.acts ?? {}).flatMap(({ by }) => by)];
  const mayWrite = actors.includes('recognized-organization');
  if (!organizations) return when(mayWrite, 'organizations write by no function');
  const kept = fields[organizations.filedBy];
  return [
    ...when(!mayWrite, 'organizations have a function and write nothing'),
    ...when(organizations.functions.length === 0, 'organizations write by no function'),
    ...when(kept?.kind !== 'text' || kept.required === true, 'which organization filed a record is kept nowhere'),
    ...when((kept?.seenBy ?? 'public') === 'public', 'everybody sees which organization filed a record'),
  ];
}

/** Pages stand beside records, whose references have digits: none has the name of a page. */
function pageFaults({ pages = [] }: Declaration): readonly string[] {
  return pages.flatMap((page) => [
    ...when(
      !/^[a-z]+(?:-[a-z]+)*$/.test(page.name) || ['new', 'export'].includes(page.name),
      `the page ${page.name} has no plain name`,
    ),
    ...when(pages.filter((other) => other.name === page.name).length > 1, `two pages are called ${page.name}`),
  ]);
}

function neighbourFaults(declaration: Declaration, all: readonly Declaration[]): readonly string[] {
  const { name, table, reference, fields, partOf } = declaration;
  const others = all.filter((other) => other !== declaration);
  const prefixOf = (one: Declaration) => ('prefix' in one.reference ? one.reference.prefix : one.name);
  const whole = partOf === undefined ? undefined : fields[partOf];
  return [
    ...others
      .filter((other) => other.name === name || other.table === table)
      .map((other) => `its name or table is that of ${other.name}`),
    ...when('prefix' in reference && others.some((other) => prefixOf(other) === reference.prefix), 'its prefix is taken'),
    ...Object.entries(fields)
      .filter(([, field]) => field.kind === 'reference' && !all.some((other) => other.name === field.to))
      .map(([field]) => `${field} refers to a module that is not there`),
    ...when(
      partOf !== undefined && !(whole?.kind === 'reference' && whole.required === true),
      'a part names its whole by a required reference',
    ),
  ];
}
