import { originUrl, statusUrl } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { FIRST_OPERATORS } from '#estate/keys.ts';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import { listSampleAccounts, type SampleAccount } from '#sample/accounts.ts';
import { alignColumns } from '../table.ts';
import type { StartedEstate } from './estate.ts';
import { askSite } from './launch.ts';

const BOUNDARIES = {
  api: 'the interfaces of processes; all of them run as one user of this machine, so that what needs more is not shown (start as root to have a user each)',
  uid: 'users of this machine: each process, each database and each site has its own',
} as const;

export type Address = { readonly name: string; readonly url: string; readonly state: string };
export type EstateDescription = {
  readonly organisation: string;
  readonly isSample: boolean;
  readonly addresses: readonly Address[];
  readonly accounts: readonly SampleAccount[];
  readonly operators: readonly string[];
  readonly boundary: 'api' | 'uid';
  readonly data: string;
  readonly runtime: string;
  readonly pid: number;
  readonly lines: readonly string[];
};

/** Describes a running estate: for a person in `lines`, for a machine in the rest. */
export async function describeEstate(started: StartedEstate, paths: EstatePaths): Promise<EstateDescription> {
  const { estate } = started;
  const [headquarters, offsite] = await Promise.all([askSite(started.headquarters), askSite(started.offsite)]);
  const stateOf = new Map(headquarters?.compartments.map(({ name, state }) => [name, state]));
  const addresses: Address[] = estate.compartments.flatMap(({ manifest }) =>
    manifest.origins.map((origin) => ({
      name: origin.title.en,
      url: `${originUrl(estate, origin.host)}/`,
      state: stateOf.get(manifest.name) ?? (started.here === 'offsite' ? 'at headquarters' : 'down'),
    })),
  );
  addresses.push({
    name: 'Status page (off-site)',
    url: `${statusUrl(estate)}/`,
    state: offsite?.ready ? 'open' : started.here === 'headquarters' ? 'at off-site' : 'down',
  });
  const accounts = estate.isSample ? await listAccounts(started) : [];
  const described = {
    organisation: estate.organisation,
    isSample: estate.isSample,
    addresses,
    accounts,
    operators: started.here === 'headquarters' ? [] : [...FIRST_OPERATORS],
    boundary: (headquarters ?? offsite)?.boundary ?? 'api',
    data: paths.data,
    runtime: paths.runtime,
    pid: process.pid,
  };
  return { ...described, lines: tellPeople(described, filesOf(paths).operators) };
}

/** None while headquarters or its identity is away, as it can be when one site is started alone. */
async function listAccounts({ headquarters }: StartedEstate): Promise<SampleAccount[]> {
  try {
    return await listSampleAccounts(headquarters);
  } catch (error) {
    if (hasCode(error, 'wire.refused') || hasCode(error, 'wire.unreachable')) return [];
    throw error;
  }
}

/** Of those with the same roles the first two: the rest keeps the exercise's registry busy. */
function listShown(accounts: readonly SampleAccount[]): SampleAccount[] {
  const byRoles = Map.groupBy(accounts, ({ roles }) => JSON.stringify(roles));
  const shown = new Set([...byRoles.values()].flatMap((alike) => alike.slice(0, 2)));
  return accounts.filter((account) => shown.has(account));
}

function tellPeople(told: Omit<EstateDescription, 'lines'>, operatorsDirectory: string): string[] {
  const shown = listShown(told.accounts);
  const accounts = shown.map(({ displayName, email, password, totpSecret }) => [`  ${displayName}`, email, password, totpSecret]);
  const more = told.accounts.length - shown.length;
  return [
    '',
    `${told.organisation} is up.${told.isSample ? ' It is a sample estate, not the site of any organisation.' : ''}`,
    '',
    ...alignColumns([['  Address', '', 'State'], ...told.addresses.map(({ name, url, state }) => [`  ${name}`, url, state])]),
    ...(accounts.length > 0
      ? [
          '',
          ...alignColumns([['  Sample account', 'Sign in with', 'Password', 'TOTP secret (for an authenticator)'], ...accounts]),
          ...(more > 0 ? [`  and ${more} more with the roles of one of these, for the exercise`] : []),
        ]
      : []),
    '',
    ...(told.operators.length > 0
      ? [
          `  Operators:  ${told.operators.join(', ')} (keys in ${operatorsDirectory})${told.isSample ? '' : '; hand each to its person and remove it from here'}`,
        ]
      : []),
    `  Boundary:   ${BOUNDARIES[told.boundary]}`,
    `  Data:       ${told.data}`,
    '  Stop:       Ctrl-C here, or "npx bulkhead stop"; all data stays',
    '  Try:        npx bulkhead status · npm run exercise',
    '',
  ];
}
