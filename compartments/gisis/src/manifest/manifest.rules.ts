import { type CompartmentManifest, LANGUAGES, type ManifestRoute, type SixLanguages } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { formatsOf } from '#export/formats.rules.ts';
import { fileBytesOf } from '#file/file.rules.ts';
import { BATCH_CHANGES, FILE_BYTES, STEP_CHANGES } from '#intake/limits.rules.ts';
import { CANARY_ID } from '#schema-writer/canary.rules.ts';
import { rolesFor } from '#sight/sight.rules.ts';
import { officerRole, SECRETARIAT_ROLE, SUPPLIER_ROLE } from '#sight/viewer.rules.ts';
import { writeTakenBack } from '#taken-back/taken-back.rules.ts';
import { inAllLanguages, ownWords } from '#words/words.ts';
import { GONE_STATES, statesOf, workflowOf } from '#workflow/workflow.rules.ts';
import { moduleProgramRoutes, programRepair, programRoutes } from './program-routes.rules.ts';

/** What follows from the declarations for the estate: addresses with their write sets, roles, what must hold, what repair must know. */
type Repair = NonNullable<CompartmentManifest['repair']>;

const FORM_BYTES = 262_144;
const PROGRAMS = { method: 'GET', callers: 'software', perMinute: 240 } as const;
/** Each may be all there is of a module. */
const EXPORTS_A_MINUTE = 20;
/** Pages that are made of many records. */
const PAGES_A_MINUTE = 30;
const SENT_A_MINUTE = 10;
/** An import of a program: asked how far it is, and carried on. */
const PARTS_A_MINUTE = 60;
/** What one request carries out, with lines of history, who is told, and how far it came. */
const STEP_ROWS_WRITTEN = STEP_CHANGES + BATCH_CHANGES;
const QUOTA_BYTES = 21_474_836_480;

export function describeRoutes(origin: string, modules: readonly Module[]): ManifestRoute[] {
  const open = { origin, roles: [], writes: [], maxBodyBytes: 0 };
  return [
    { ...open, id: 'asset.read', method: 'GET', path: '/assets/:file' },
    { ...open, id: 'home.show', method: 'GET', path: '/' },
    { ...open, ...PROGRAMS, id: 'api.describe', path: '/api/openapi.json' },
    { ...open, ...PROGRAMS, id: 'api.list', path: '/api/:module' },
    { ...open, ...PROGRAMS, id: 'api.read', path: '/api/:module/:reference' },
    { ...open, id: 'told.list', method: 'GET', path: '/for-you', roles: ['signed-in'] },
    { ...open, id: 'duty.list', method: 'GET', path: '/states', perMinute: PAGES_A_MINUTE },
    { ...open, id: 'duty.show', method: 'GET', path: '/states/:state/owed' },
    { ...open, id: 'duty.calendar', method: 'GET', path: '/states/:state/owed.ics', callers: 'any', perMinute: EXPORTS_A_MINUTE },
    ...programRoutes(origin, modules),
    { ...open, id: 'import.show', method: 'GET', path: '/imports/:id', roles: ['signed-in'] },
    { ...open, id: 'import.faults', method: 'GET', path: '/imports/:id/faults.csv', roles: ['signed-in'] },
    {
      ...open,
      id: 'import.drop',
      method: 'POST',
      path: '/imports/:id/drop',
      roles: ['signed-in'],
      writes: ['import_file'],
      maxBodyBytes: FORM_BYTES,
    },
    ...modules.flatMap((module) => [...moduleProgramRoutes(origin, module), ...moduleRoutes(origin, module)]),
  ];
}

function moduleRoutes(origin: string, module: Module): ManifestRoute[] {
  const { name, table, reference } = module;
  const open = { origin, roles: [], writes: [], maxBodyBytes: 0 };
  const writers = [...rolesFor(module)];
  const record = `/${name}/:reference`;
  const drawn = 'prefix' in reference ? ['record_number'] : [];
  const written = { origin, roles: writers, method: 'POST' as const, maxBodyBytes: FORM_BYTES + fileBytesOf(module) };
  return [
    { ...open, id: `${name}.list`, method: 'GET', path: `/${name}` },
    { ...open, id: `${name}.begin`, method: 'GET', path: `/${name}/new`, roles: writers },
    { ...written, id: `${name}.create`, path: `/${name}/new`, writes: [table, 'field_change', 'told', ...drawn] },
    ...formatsOf(module).map((format) => ({
      ...open,
      id: `${name}.export-${format.name}`,
      method: 'GET' as const,
      path: `/${name}/export.${format.name}`,
      callers: 'any' as const,
      perMinute: EXPORTS_A_MINUTE,
    })),
    ...(module.pages ?? []).flatMap((page) => [
      { ...open, id: `${name}.${page.name}`, method: 'GET' as const, path: `/${name}/${page.name}`, perMinute: PAGES_A_MINUTE },
      {
        ...open,
        id: `${name}.${page.name}-csv`,
        method: 'GET' as const,
        path: `/${name}/${page.name}.csv`,
        callers: 'any' as const,
        perMinute: EXPORTS_A_MINUTE,
      },
    ]),
    ...pictureRoutes(open, module),
    ...(module.bulk === false ? [] : importRoutes(origin, module)),
    { ...open, id: `${name}.show`, method: 'GET', path: record },
    { ...open, id: `${name}.json`, method: 'GET', path: `${record}/record.json` },
    ...(fileBytesOf(module) === 0
      ? []
      : [{ ...open, id: `${name}.file`, method: 'GET' as const, path: `${record}/files/:field` }]),
    { ...open, id: `${name}.history`, method: 'GET', path: `${record}/history` },
    { ...open, id: `${name}.edit`, method: 'GET', path: `${record}/change`, roles: writers },
    { ...written, id: `${name}.change`, path: `${record}/change`, writes: [table, 'field_change', 'told'] },
    { ...open, id: `${name}.consider`, method: 'GET', path: `${record}/acts/:act`, roles: writers },
    { ...written, id: `${name}.act`, path: `${record}/acts/:act`, writes: [table, 'field_change', 'told'] },
  ];
}

/** Maps and charts are counted over all that a query finds. */
const PICTURES_A_MINUTE = 120;

function pictureRoutes(
  open: Pick<ManifestRoute, 'origin' | 'roles' | 'writes' | 'maxBodyBytes'>,
  { name, map, charts = [] }: Module,
): ManifestRoute[] {
  const drawn = { ...open, method: 'GET' as const, perMinute: PICTURES_A_MINUTE };
  return [
    ...(map === undefined
      ? []
      : [
          { ...drawn, id: `${name}.map`, path: `/${name}/map` },
          { ...drawn, id: `${name}.map-picture`, path: `/${name}/map.svg` },
          { ...drawn, id: `${name}.map-points`, path: `/${name}/map.json` },
        ]),
    ...(charts.length === 0
      ? []
      : [
          { ...drawn, id: `${name}.statistics`, path: `/${name}/statistics` },
          { ...drawn, id: `${name}.statistics-csv`, path: `/${name}/statistics.csv`, callers: 'any' as const },
        ]),
  ];
}

/** Copied with the registry: all of the home page, of each list the first page, and the records that stand there. */
const COPIED = { files: 20_000, bytes: 536_870_912, depth: 2, seconds: 600, everySeconds: 30 };
/** Forms, what is made for programs, and what may be all there is of a module. */
const NEVER_COPIED = ['/new', '/import', '/change', '/history', '.json', '.csv', '.jsonl', '.geojson', '.xml', '.xlsx'];

/** What the public reads of the registry while it is closed: a signed copy of what a stranger saw last, in six languages. */
export function describeCopy(origin: string, modules: readonly Module[]): NonNullable<CompartmentManifest['frozen']> {
  const follow = modules.map(({ name }) => `/${name}`);
  return { origin, paths: ['/'], follow, never: ['/api', '/for-you'], neverEnding: NEVER_COPIED, languages: true, ...COPIED };
}

/** A file of many records: sent and looked at, then carried out in batches. Added rows alarm nobody; many that change still may. */
function importRoutes(origin: string, module: Module): ManifestRoute[] {
  const { name, table, reference } = module;
  const roles = [...rolesFor(module)];
  const open = { origin, roles, writes: [], maxBodyBytes: 0 };
  const drawn = 'prefix' in reference ? ['record_number'] : [];
  const written = [table, 'field_change', 'told', ...drawn, 'import_file', 'import_fault'];
  const path = `/${name}/import`;
  const program = { ...open, callers: 'software' as const, perMinute: SENT_A_MINUTE };
  const one = `/api/${name}/imports/:id`;
  return [
    { ...open, id: `${name}.import`, method: 'GET', path },
    { ...open, id: `${name}.import-template`, method: 'GET', path: `${path}/template.csv` },
    {
      ...open,
      id: `${name}.import-send`,
      method: 'POST',
      path,
      writes: ['import_file'],
      maxBodyBytes: FILE_BYTES + FORM_BYTES,
      perMinute: SENT_A_MINUTE,
    },
    {
      ...open,
      id: `${name}.import-carry`,
      method: 'POST',
      path: `${path}/:id`,
      writes: written,
      maxBodyBytes: FORM_BYTES,
      massRows: STEP_ROWS_WRITTEN,
    },
    {
      ...program,
      id: `${name}.api-import`,
      method: 'POST',
      path: `/api/${name}/import`,
      writes: [...written, 'answered_write'],
      maxBodyBytes: FILE_BYTES,
      massRows: STEP_ROWS_WRITTEN,
    },
    { ...program, id: `${name}.api-import-show`, method: 'GET', path: one, perMinute: PARTS_A_MINUTE },
    {
      ...program,
      id: `${name}.api-import-carry`,
      method: 'POST',
      path: one,
      writes: written,
      perMinute: PARTS_A_MINUTE,
      massRows: STEP_ROWS_WRITTEN,
    },
    { ...program, id: `${name}.api-import-drop`, method: 'DELETE', path: one, writes: ['import_file'] },
  ];
}

/** Gives up files that nobody carried out. */
export const IMPORT_JOBS = [
  { id: 'job:imports.tidy', writes: ['import_file', 'import_fault'], everySeconds: 3600 },
] as const satisfies CompartmentManifest['jobs'];

/** The columns that name contents: those of fields that hold a file, and files that wait to be imported. */
export function describeBlobs(modules: readonly Module[]): NonNullable<CompartmentManifest['blobs']> {
  const columns = modules.flatMap(({ table, fields }) =>
    Object.entries(fields)
      .filter(([, { kind }]) => kind === 'file')
      .map(([name]) => ({ table, column: `${name}_sha256` })),
  );
  return { columns: [{ table: 'import_file', column: 'sha256' }, ...columns], quotaBytes: QUOTA_BYTES };
}

/** A role a module for officers of States, and those that write in several. */
export function describeRoles(modules: readonly Module[]): Record<string, SixLanguages> {
  const officers = modules.map(({ name, title, say }) => {
    const said = LANGUAGES.map((language) => [
      language,
      fillIn(ownWords(language).officerRole, { module: say(title, language) }),
    ]);
    return [officerRole(name), Object.fromEntries(said) as SixLanguages] as const;
  });
  return {
    ...Object.fromEntries(officers),
    [SECRETARIAT_ROLE]: inAllLanguages('secretariatRole'),
    [SUPPLIER_ROLE]: inAllLanguages('supplierRole'),
  };
}

export function describeChecks(modules: readonly Module[]): CompartmentManifest['checks'] {
  const revised = modules.map(
    ({ name, table }) => `select '${name}' as module, r.id from ${table} r
      where r.id > 0 and r.revision is distinct from (select max(c.revision) from field_change c where c.module = '${name}' and c.record_id = r.id)`,
  );
  const standing = modules.map(
    (module) => `select '${module.name}' as module, r.id from ${module.table} r
      where r.id > 0 and r.state not in (${Object.keys(workflowOf(module).states)
        .map((state) => `'${state}'`)
        .join(', ')})`,
  );
  return [
    ...chunks(revised, 20).map((part, number) => ({
      name: `the history of every record reaches its revision (${number + 1})`,
      sql: part.join(' union all '),
    })),
    ...chunks(standing, 40).map((part, number) => ({
      name: `every record stands in a state that its module knows (${number + 1})`,
      sql: part.join(' union all '),
    })),
    {
      name: 'nothing is told of what no history tells',
      sql: `select t.id from told t where t.module not in (${modules.map(({ name }) => `'${name}'`).join(', ')})`,
    },
  ];
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** What a record says of its last change, and what it was called before: it follows from its history, which is only added to. */
const OF_HISTORY = ['revision', 'changed_at', 'changed_by', 'source', 'former_names'];

/** An undo leaves the history as it was said, and adds to it; so an undone record has other revisions than one never attacked. */
export function describeRepair(modules: readonly Module[]): Repair {
  const tables = modules.map(({ table }) => table);
  const programs = programRepair(modules);
  return {
    columns: [
      ...tables.flatMap((table) => OF_HISTORY.map((column) => ({ table, column, merge: 'derived' as const }))),
      ...programs.columns,
    ],
    volatile: [
      ...tables.flatMap((table) => ['created_at', ...OF_HISTORY].map((column) => ({ table, column }))),
      { table: 'field_change', column: 'at' },
      { table: 'told', column: 'at' },
      { table: 'duty_told', column: 'at' },
      ...['checked_at', 'created_at', 'ended_at'].map((column) => ({ table: 'import_file', column })),
      { table: 'record_number', column: 'last' },
      ...programs.volatile,
    ],
    canaries: tables.map((table) => ({ table, key: { id: String(CANARY_ID) } })),
    tombstones: modules.flatMap((module) => {
      const gone = statesOf(module).find((state) => GONE_STATES.includes(state));
      return gone === undefined ? [] : [{ table: module.table, column: 'state', value: gone }];
    }),
    states: modules.map(({ name, table }) => ({ table, column: 'state', route: `${name}.act` })),
    basis: [],
    effects: programs.effects,
    journals: [
      { table: 'field_change', lines: modules.map((module) => ({ of: module.table, sql: writeTakenBack(module) })) },
      { table: 'told', lines: [] },
    ],
    // A page changes one record; imports of many have routes of their own.
    massRows: 200,
  };
}
