import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Admin } from '@bulkhead/postgres';

/** How many records of each kind a measurement has. */
export type Size = { readonly ships: number; readonly companies: number; readonly others: number };
export const WHOLE: Size = { ships: 1_000_000, companies: 200_000, others: 500_000 };
export const QUICK: Size = { ships: 50_000, companies: 10_000, others: 25_000 };

const SEED = 0x5ea5;
const LINES_A_PIECE = 2000;
const FIRST =
  'Amber Baltic Coral Delta Eastern Fair Golden Harbour Iron Jade Kestrel Lunar Maris Nordic Ocean Pacific Quiet Royal Silver Trade Union Vega Western Xenia Yellow Zephyr'.split(
    ' ',
  );
const SECOND =
  'Albatross Beacon Carrier Dawn Explorer Falcon Grace Horizon Island Journey Knight Leader Meridian Navigator Orient Pioneer Queen River Spirit Triumph Voyager Wave Explorer Star Trader Unity'.split(
    ' ',
  );
const THIRD = 'I II III IV V One Two Three Hope Faith Glory Pride Light Wind Sea Sky Sun Moon Storm Calm'.split(' ');
const STATES = 'PAN LBR MHL HKG SGP MLT BHS CHN GRC JPN NOR GBR DNK KEN DEU IND KOR ITA FRA USA'.split(' ');
const TYPES =
  'bulk-carrier chemical-tanker container-ship general-cargo oil-tanker passenger ro-ro tug fishing-vessel other'.split(' ');
const AREAS = 'south-china-sea malacca-strait indian-ocean west-africa red-sea caribbean other'.split(' ');
const ACTS = 'boarded hijacked fired-upon attempted suspicious'.split(' ');
const PORTS = 'KEMBA NLRTM SGSIN CNSHA DEHAM BEANR USNYC JPTYO INMUN PAONX'.split(' ');
const AT = '2026-01-01T00:00:00Z';

/** A reproducible source of chance (mulberry32). */
function createChance(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
  return { below, pick: (all: readonly string[]) => all[below(all.length)] ?? '' };
}
type Chance = ReturnType<typeof createChance>;

function nameShip({ pick }: Chance, at: number): string {
  return `${pick(FIRST)} ${pick(SECOND)} ${at % 3 === 0 ? at % 997 : pick(THIRD)}`;
}

/** Six digits, and their check digit (resolution A.1117(30)). */
export function shipNumber(at: number): string {
  const digits = String(at).padStart(6, '0');
  const sum = digits.split('').reduce((total, digit, place) => total + Number(digit) * (7 - place), 0);
  return `${digits}${sum % 10}`;
}

type Table = {
  readonly name: string;
  readonly columns: string;
  readonly rows: number;
  readonly line: (at: number, chance: Chance) => readonly (string | number)[];
};

const COMMON = 'reference,state,revision,created_at,changed_at,changed_by,source,is_sample';
const common = (reference: string, state: string) => [reference, state, 1, AT, AT, 'a', 'A measurement', 'true'];

function listTables({ ships, companies, others }: Size): readonly Table[] {
  const company = (at: number) => String(at + 1).padStart(7, '0');
  return [
    {
      name: 'company',
      columns: `${COMMON},company_number,name,country,status`,
      rows: companies,
      line: (at, chance) => [
        ...common(company(at), 'current'),
        company(at),
        `${nameShip(chance, at)} Shipping`,
        chance.pick(STATES),
        'active',
      ],
    },
    {
      name: 'ship',
      columns: `${COMMON},imo_number,name,flag,port_of_registry,call_sign,mmsi,type,status,gross_tonnage,deadweight,built,delivered_on,company`,
      rows: ships,
      line: (at, chance) => [
        ...common(shipNumber(at), 'listed'),
        shipNumber(at),
        nameShip(chance, at),
        chance.pick(STATES),
        'Port, or "Haven"',
        `C${String(at).padStart(7, '0')}`,
        String(200_000_000 + at),
        chance.pick(TYPES),
        chance.below(20) === 0 ? 'laid-up' : 'in-service',
        100 + chance.below(200_000),
        `${chance.below(300_000)}.5`,
        1970 + chance.below(55),
        `${1970 + chance.below(55)}-05-17`,
        company(chance.below(companies)),
      ],
    },
    {
      name: 'port_facility',
      columns: `${COMMON},facility_number,name,country,port,port_name,position_lat,position_lon,kinds,plan_approved,compliance_until`,
      rows: Math.floor(others / 2),
      line: (at, chance) => {
        const number = `F${String(at).padStart(8, '0')}`;
        return [
          ...common(number, 'current'),
          number,
          `${nameShip(chance, at)} Terminal`,
          chance.pick(STATES),
          chance.pick(PORTS),
          chance.pick(FIRST),
          chance.below(180) - 90,
          chance.below(360) - 180,
          '"{bulk,oil}"',
          'true',
          '2031-12-31',
        ];
      },
    },
    {
      name: 'piracy_incident',
      columns: `${COMMON},happened_at,act,area,place,position_lat,position_lon,ship_name,reporting_state,description`,
      rows: Math.ceil(others / 2),
      line: (at, chance) => [
        ...common(`PIR-2020-${String(at).padStart(6, '0')}`, 'confirmed'),
        `${2000 + chance.below(26)}-0${1 + chance.below(9)}-11T04:20:00Z`,
        chance.pick(ACTS),
        chance.pick(AREAS),
        `Off ${chance.pick(FIRST)} ${chance.pick(SECOND)}`,
        chance.below(180) - 90,
        chance.below(360) - 180,
        nameShip(chance, at),
        chance.pick(STATES),
        `Persons in a small boat came alongside ${chance.pick(SECOND)} and left with ${chance.pick(THIRD)} stores.`,
      ],
    },
  ];
}

/** Fills the registry's tables by COPY: indexes are made afterwards, as whoever loads so much does. */
export async function fillRegistry(admin: Admin, size: Size): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'bhg-copy-'));
  await chmod(directory, 0o755);
  try {
    for (const table of listTables(size)) {
      const file = join(directory, `${table.name}.csv`);
      await pipeline(Readable.from(writeLines(table)), createWriteStream(file, { mode: 0o644 }));
      const indexes = await dropIndexes(admin, table.name);
      await admin.query(`copy ${table.name} (${table.columns}) from '${file}' with (format csv)`);
      for (const definition of indexes) await admin.query(definition);
      await admin.query(`vacuum analyze ${table.name}`);
      await rm(file);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function* writeLines({ name, rows, line }: Table): Generator<string> {
  const chance = createChance(SEED + name.length);
  let piece: string[] = [];
  for (let at = 0; at < rows; at += 1) {
    piece.push(
      line(at, chance)
        .map((cell) => writeCell(String(cell)))
        .join(','),
    );
    if (piece.length < LINES_A_PIECE) continue;
    yield `${piece.join('\n')}\n`;
    piece = [];
  }
  if (piece.length > 0) yield `${piece.join('\n')}\n`;
}

function writeCell(text: string): string {
  return text.startsWith('"{') || !/[",]/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** @returns how to make them again */
async function dropIndexes(admin: Admin, table: string): Promise<string[]> {
  const rows = await admin.query<{ name: string; definition: string }>(
    `select i.indexname as name, i.indexdef as definition from pg_indexes i
      where i.tablename = $1 and i.schemaname = 'public' and i.indexdef not like 'CREATE UNIQUE%'`,
    [table],
  );
  for (const { name } of rows) await admin.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}
