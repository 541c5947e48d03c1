import type { Field } from '#declaration/field.rules.ts';
import type { Act, Actor, Declaration } from '#declaration/module.rules.ts';
import { releasedTo } from '#declaration/release.rules.ts';
import type { Value } from '#value/value.rules.ts';
import { isOfficer, isOfOrganization, officerRole, SUPPLIER_ROLE, type Viewer } from './viewer.rules.ts';

/**
 * Who sees what, and who may do what. Lists, pages, exports, the API, the history and the search all ask here; what one may not see
 * cannot be filtered, sorted, searched or counted by.
 */

/** A record as far as sight needs it: its state and the States that its fields name. */
export type Placed = { readonly state: string; readonly values: Readonly<Record<string, Value | null>> };
type Valued = Pick<Placed, 'values'>;

/** The code of the State that a record's field names. */
export function stateIn({ values }: Valued, field: string): string | null {
  const value = values[field];
  return typeof value === 'string' ? value : null;
}

/** The State whose record it is; null where it is the Secretariat's. */
export function ownerOf({ owner }: Pick<Declaration, 'owner'>, record: Valued): string | null {
  return owner === 'secretariat' ? null : stateIn(record, owner.stateIn);
}

/** Whether the viewer's organization filed a record: it sees all of it, whatever became of its authorization. */
export function isFiledBy({ organizations }: Pick<Declaration, 'organizations'>, record: Valued, viewer: Viewer): boolean {
  return organizations !== undefined && isOfOrganization(viewer) && stateIn(record, organizations.filedBy) === viewer.delegation;
}

/** Whether somebody sees a field of one record. */
export function seesField(declaration: Declaration, field: Field, record: Valued, viewer: Viewer): boolean {
  if (seesEverywhere(field, viewer)) return true;
  const isOwn = viewer.state !== null && viewer.state === ownerOf(declaration, record);
  if (field.seenBy === 'own-state' && (isOwn || isFiledBy(declaration, record, viewer))) return true;
  if (field.seenBy === 'own-officers' && isOwn && isOfficer(viewer)) return true;
  if (field.seenBy === 'members' && isFiledBy(declaration, record, viewer)) return true;
  const [name = ''] = Object.entries(declaration.fields).find(([, one]) => one === field) ?? [];
  const to = releasedTo(declaration, name, record.values);
  return to === 'public' || (to === 'members' && viewer.state !== null);
}

/** Whether somebody sees a field in every record: only then may a list be narrowed, sorted and counted by it. */
export function seesEverywhere({ seenBy = 'public' }: Field, viewer: Viewer): boolean {
  if (viewer.isSecretariat || seenBy === 'public') return true;
  return (seenBy === 'members' && viewer.state !== null) || (seenBy === 'officers' && isOfficer(viewer));
}

/** Whether somebody may find a field filled in at least in some records. */
export function seesSomewhere(declaration: Declaration, field: Field, viewer: Viewer): boolean {
  if (seesEverywhere(field, viewer)) return true;
  if (isReleasable(declaration, field)) return true;
  if (declaration.organizations && isOfOrganization(viewer)) return field.seenBy === 'own-state' || field.seenBy === 'members';
  return viewer.state !== null && (field.seenBy === 'own-state' || (field.seenBy === 'own-officers' && isOfficer(viewer)));
}

/** Whether a State may release a field of its records to others. */
function isReleasable({ release, fields }: Declaration, field: Field): boolean {
  return Object.values(release?.opens ?? {}).some((names) => names.some((name) => fields[name] === field));
}

/** Fields that name a State which may act on a record before it is published: it must see what it is to answer. */
export function partyFields({ owner, workflow }: Declaration): readonly string[] {
  const own = owner === 'secretariat' ? [] : [owner.stateIn];
  const named = Object.values(workflow?.acts ?? {}).flatMap(({ by }) =>
    by.flatMap((actor) => (typeof actor === 'string' ? [] : [actor.officerOf])),
  );
  return [...new Set([...own, ...named])];
}

/** Whether a module is open to somebody at all: one for Parties to an instrument is to no others. */
export function seesModule({ partiesTo }: Pick<Declaration, 'partiesTo'>, { isSecretariat, partyTo = [] }: Viewer): boolean {
  return (
    partiesTo === undefined || isSecretariat || partyTo.some((name) => name === partiesTo || name.startsWith(`${partiesTo} `))
  );
}

export function seesRecord(declaration: Declaration, record: Placed, viewer: Viewer): boolean {
  if (viewer.isSecretariat || isFiledBy(declaration, record, viewer)) return true;
  const isParty = viewer.state !== null && partyFields(declaration).some((field) => stateIn(record, field) === viewer.state);
  if (isParty) return true;
  const isPublished = !(declaration.workflow?.unpublished ?? []).includes(record.state);
  return (isPublished || isWriter(declaration, viewer)) && seesModule(declaration, viewer);
}

/** A supplier of data writes for all States, and sees what it wrote before it is published. */
function isWriter({ writers }: Declaration, { state, roles }: Viewer): boolean {
  return state === null && writers.includes('supplier') && roles.includes(SUPPLIER_ROLE);
}

/** Whether somebody is one of these for a record; for a new one the fields typed say whose it will be. */
export function isAmong(actors: readonly Actor[], declaration: Declaration, record: Valued, viewer: Viewer): boolean {
  return actors.some((actor) => isActor(actor, declaration, record, viewer));
}

function isActor(actor: Actor, declaration: Declaration, record: Valued, viewer: Viewer): boolean {
  const owner = ownerOf(declaration, record);
  const hasRole = viewer.roles.includes(officerRole(declaration.name));
  if (typeof actor !== 'string') return hasRole && viewer.state !== null && stateIn(record, actor.officerOf) === viewer.state;
  if (actor === 'secretariat') return viewer.isSecretariat;
  if (actor === 'supplier') return viewer.roles.includes(SUPPLIER_ROLE);
  if (actor === 'recognized-organization')
    return (
      hasRole && isFiledBy(declaration, record, viewer) && statesToFileFor(declaration, viewer).some((state) => state === owner)
    );
  return hasRole && viewer.state !== null && owner === viewer.state;
}

/** The States for which the viewer's organization may file in a module today. */
export function statesToFileFor({ organizations }: Pick<Declaration, 'organizations'>, viewer: Viewer): readonly string[] {
  if (!organizations || !isOfOrganization(viewer)) return [];
  return (viewer.authorities ?? [])
    .filter(({ functions }) => functions.some((name) => organizations.functions.includes(name)))
    .map(({ state }) => state);
}

/** What the engine itself fills in of a new record: which organization files it. */
export function valuesOfFiler({ organizations }: Pick<Declaration, 'organizations'>, viewer: Viewer): Record<string, Value> {
  if (!organizations || !isOfOrganization(viewer) || viewer.delegation === null) return {};
  return { [organizations.filedBy]: viewer.delegation };
}

/** Whether somebody may file records at all, whoever they are about. */
export function mayFile(declaration: Declaration, viewer: Viewer): boolean {
  const hasRole = viewer.roles.includes(officerRole(declaration.name));
  return declaration.writers.some((actor) => {
    if (actor === 'recognized-organization') return hasRole && statesToFileFor(declaration, viewer).length > 0;
    if (typeof actor === 'string' && actor !== 'officer') return isActor(actor, declaration, { values: {} }, viewer);
    return viewer.state !== null && hasRole;
  });
}

export function mayChange(declaration: Declaration, record: Placed, viewer: Viewer): boolean {
  return seesRecord(declaration, record, viewer) && isAmong(declaration.writers, declaration, record, viewer);
}

/** Whether somebody may do an act with a record as it stands. */
export function mayAct(declaration: Declaration, act: Act, record: Placed, viewer: Viewer): boolean {
  return (
    act.from.includes(record.state) && seesRecord(declaration, record, viewer) && isAmong(act.by, declaration, record, viewer)
  );
}

/** Roles of which one is needed to reach the pages on which records of a module are filed, changed and acted on. */
export function rolesFor({ name, writers, workflow }: Declaration): readonly string[] {
  const actors = [...writers, ...Object.values(workflow?.acts ?? {}).flatMap(({ by }) => by)];
  return [...new Set(actors.map((actor) => roleOfActor(name, actor)))].toSorted((left, right) => left.localeCompare(right));
}

function roleOfActor(module: string, actor: Actor): string {
  if (actor === 'secretariat') return 'secretariat';
  return actor === 'supplier' ? SUPPLIER_ROLE : officerRole(module);
}
