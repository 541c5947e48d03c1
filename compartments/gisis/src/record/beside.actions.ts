import type { Module } from '#declaration/module.rules.ts';
import { mayFile, seesRecord } from '#sight/sight.rules.ts';
import type { Visit } from '#site/site.rules.ts';
import type { ReadDeps } from './record.actions.ts';
import {
  type FieldChange,
  type Labels,
  labelKey,
  labelOf,
  type Registered,
  type ShownParts,
  shownFields,
} from './record.rules.ts';
import { listChangesOf, listParts, listRecords } from './record.store.ts';
import { listStrands, type Strand } from './timeline.rules.ts';

export type Beside = {
  readonly heldSince: Readonly<Record<string, string>>;
  readonly strands: readonly Strand[];
  readonly labels: Labels;
  readonly parts: readonly ShownParts[];
};

/** What stands beside a record's values: since when they hold, what they refer to is called, and its parts. */
export async function readBeside(deps: ReadDeps, module: Module, record: Registered, visit: Visit): Promise<Beside> {
  const history = await readDatedHistory(deps, module, record);
  return {
    heldSince: heldSinceOf(history),
    strands: listStrands(module, history, shownFields(module, record, visit.viewer)),
    labels: await readLabels(deps, module, record, visit),
    parts: await readParts(deps, module, record, visit),
  };
}

/** The history of a record whose fields hold from a day on, the newest first. */
async function readDatedHistory({ db }: ReadDeps, module: Module, record: Registered): Promise<readonly FieldChange[]> {
  const isDated = Object.values(module.fields).some(({ effective }) => effective);
  return isDated ? listChangesOf(db, module.name, record.id) : [];
}

function heldSinceOf(history: readonly FieldChange[]): Readonly<Record<string, string>> {
  const held: Record<string, string> = {};
  for (const { field, effectiveOn } of history) if (effectiveOn !== null) held[field] ??= effectiveOn;
  return held;
}

/** Only records that the visitor sees have a name for them. */
async function readLabels(
  { db, modules }: ReadDeps,
  module: Module,
  { values }: Registered,
  { viewer, language }: Visit,
): Promise<Labels> {
  const labels = new Map<string, string>();
  for (const [name, field] of Object.entries(module.fields)) {
    const value = values[name];
    const other = field.kind === 'reference' ? modules.get(field.to) : undefined;
    if (!other || typeof value !== 'string') continue;
    const [found] = await listRecords(db, other, [value]);
    if (found && seesRecord(other, found, viewer))
      labels.set(labelKey(other.name, value), `${labelOf(other, found, language)} (${value})`);
  }
  return labels;
}

async function readParts({ db, modules }: ReadDeps, whole: Module, record: Registered, { viewer }: Visit): Promise<ShownParts[]> {
  const parts: ShownParts[] = [];
  for (const module of modules.values()) {
    const field = module.partOf === undefined ? undefined : module.fields[module.partOf];
    if (field?.kind !== 'reference' || field.to !== whole.name || module.partOf === undefined) continue;
    const records = (await listParts(db, module, module.partOf, record.reference)).filter((part) =>
      seesRecord(module, part, viewer),
    );
    parts.push({ module, records, mayFile: mayFile(module, viewer) });
  }
  return parts;
}
