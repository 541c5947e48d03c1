import type { Field } from '#declaration/field.rules.ts';
import type { Act, Actor, Declaration } from '#declaration/module.rules.ts';
import { releasedTo } from '#declaration/release.rules.ts';
import type { Value } from '#value/value.rules.ts';
import { officerRole, SUPPLIER_ROLE, type Viewer } from './viewer.rules.ts';

/**
 * Who sees what, and who may do what. Lists, pages, exports, the API, the history and the search all ask here; what one may not see
 * cannot be filtered, sorted, searched or counted by.
 */

/** A record as far as sight needs it: its state and the States that its fields name. */
export type Placed = { readonly state: string; readonly values: Readonly<Record<string, Value | null>> };

/** The code of the State that a record's field names. */
export function stateIn({ values }: Pick<Placed, 'values'>, field: string): string | null {
  const value = values[field];
  return typeof value === 'string' ? value : null;
}

/** The State whose record it is; null where it is the Secretariat's. */
export function ownerOf({ owner }: Pick<Declaration, 'owner'>, record: Pick<Placed, 'values'>): string | null {
  return owner === 'secretariat' ? null : stateIn(record, owner.stateIn);
}

/** Whether somebody sees a field of one record. */
export function seesField(declaration: Declaration, field: Field, record: Pick<Placed, 'values'>, viewer: Viewer): boolean {
  if (seesEverywhere(field, viewer)) return true;
  if (field.seenBy === 'own-state' && viewer.state !== null && viewer.state === ownerOf(declaration, record)) return true;
  const [name = ''] = Object.entries(declaration.fields).find(([, one]) => one === field) ?? [];
  const to = releasedTo(declaration, name, record.values);
  return to === 'public' || (to === 'members' && viewer.state !== null);
}

/** Whether somebody sees a field in every record: only then may a list be narrowed, sorted and counted by it. */
export function seesEverywhere({ seenBy = 'public' }: Field, viewer: Viewer): boolean {
  if (viewer.isSecretariat || seenBy === 'public') return true;
  return seenBy === 'members' && viewer.state !== null;
}

/** Fields that name a State which may act on a record before it is published: it must see what it is to answer. */
export function partyFields({ owner, workflow }: Declaration): readonly string[] {
  const own = owner === 'secretariat' ? [] : [owner.stateIn];
  const named = Object.values(workflow?.acts ?? {}).flatMap(({ by }) =>
    by.flatMap((actor) => (typeof actor === 'string' ? [] : [actor.officerOf])),
  );
  return [...new Set([...own, ...named])];
}

export function seesRecord(declaration: Declaration, record: Placed, viewer: Viewer): boolean {
  if (viewer.isSecretariat || !(declaration.workflow?.unpublished ?? []).includes(record.state)) return true;
  if (viewer.state === null) return isWriter(declaration, viewer);
  return partyFields(declaration).some((field) => stateIn(record, field) === viewer.state);
}

/** A supplier of data writes for all States, and sees what it wrote before it is published. */
function isWriter({ writers }: Declaration, viewer: Viewer): boolean {
  return writers.includes('supplier') && viewer.roles.includes(SUPPLIER_ROLE);
}

/** Whether somebody is one of these for a record; for a new one the fields typed say whose it will be. */
export function isAmong(
  actors: readonly Actor[],
  declaration: Declaration,
  record: Pick<Placed, 'values'>,
  viewer: Viewer,
): boolean {
  return actors.some((actor) => isActor(actor, declaration, ownerOf(declaration, record), record, viewer));
}

function isActor(
  actor: Actor,
  { name }: Declaration,
  owner: string | null,
  record: Pick<Placed, 'values'>,
  viewer: Viewer,
): boolean {
  const isOfficer = viewer.roles.includes(officerRole(name)) && viewer.state !== null;
  if (typeof actor !== 'string') return isOfficer && stateIn(record, actor.officerOf) === viewer.state;
  if (actor === 'secretariat') return viewer.isSecretariat;
  if (actor === 'supplier') return viewer.roles.includes(SUPPLIER_ROLE);
  // Which State authorised which organization is not looked up yet: until then none files for another.
  if (actor === 'recognized-organization') return false;
  return isOfficer && owner === viewer.state;
}

/** Whether somebody may file records at all, whoever they are about. */
export function mayFile(declaration: Declaration, viewer: Viewer): boolean {
  return declaration.writers.some((actor) =>
    typeof actor === 'string' && actor !== 'officer'
      ? isActor(actor, declaration, null, { values: {} }, viewer)
      : viewer.state !== null && viewer.roles.includes(officerRole(declaration.name)),
  );
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
  const able = actors.filter((actor) => actor !== 'recognized-organization');
  return [...new Set(able.map((actor) => roleOfActor(name, actor)))].toSorted((left, right) => left.localeCompare(right));
}

function roleOfActor(module: string, actor: Exclude<Actor, 'recognized-organization'>): string {
  if (typeof actor !== 'string' || actor === 'officer') return officerRole(module);
  if (actor === 'secretariat') return 'secretariat';
  return SUPPLIER_ROLE;
}
