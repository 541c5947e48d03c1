import { type DeskState, deskStateSchema, type PublicReading, type SiteMoves, type SiteStatus } from '@bulkhead/contracts';
import { callWire } from '@bulkhead/wire';
import type { SiteName } from '#estate/paths.ts';
import { SHOWN } from '#estate/placing.ts';
import { findRun, getRunningEstate, type RunningEstate } from '#estate/run.ts';
import { describeMove, listMoves } from '#operator/moves.ts';
import { askPublicReading, describePublicReading } from '#operator/public-reading.ts';
import { askSite } from '#site/launch.ts';
import { type Command, EXIT, JSON_OPTION } from '../command.ts';
import { alignColumns } from '../table.ts';

const BOUNDARIES = { api: 'their interfaces alone, all run as one user', uid: 'a user each' } as const;

export const command: Command = {
  summary: 'Show both sites: processes, compartments, seals, findings, recoveries.',
  words: '',
  count: [0, 0],
  options: { json: JSON_OPTION },
  details: `
A site that does not answer is shown as such; the other is shown all the same.
With --json: { headquarters, offsite, desk, moves, publicReading }, each null when it does not answer.`,
  run: async ({ options }, { paths, print }) => {
    const running = await getRunningEstate(paths);
    const [headquarters, offsite, desk, moves, publicReading] = await Promise.all([
      askSite(running.headquarters),
      askSite(running.offsite),
      askDesk(running),
      askMoves(running),
      findPublicReading(running),
    ]);
    if (options['json']) {
      print(
        JSON.stringify({
          headquarters: headquarters ?? null,
          offsite: offsite ?? null,
          desk: desk ?? null,
          moves: moves ?? null,
          publicReading: publicReading ?? null,
        }),
      );
      return EXIT.done;
    }
    const silent = async (site: SiteName) => tellSilent(site, (await findRun(paths, site)) !== undefined);
    if (running.here !== 'offsite')
      for (const line of [...describeSite('headquarters', headquarters, await silent('headquarters')), '']) print(line);
    if (running.here !== 'headquarters')
      for (const line of [
        ...describeSite('off-site', offsite, await silent('offsite')),
        '',
        ...describeDesk(desk, offsite),
        ...describeMoves(moves),
        ...(publicReading?.room ? describePublicReading(publicReading) : []),
      ])
        print(line);
    if (running.here !== undefined)
      print(`${SHOWN[other(running.here)]}: on another host; "bulkhead site show" tells of the link`);
    return isWell(running.here, { headquarters, offsite, desk }) ? EXIT.done : EXIT.failed;
  },
};

function askDesk(running: RunningEstate): Promise<DeskState | undefined> {
  if (running.here === 'headquarters') return Promise.resolve(undefined);
  return callWire(running.desk, { method: 'GET', path: '/state', timeoutMs: 3000 }, deskStateSchema).catch(() => undefined);
}

function askMoves(running: RunningEstate): Promise<SiteMoves | undefined> {
  if (running.here === 'headquarters') return Promise.resolve(undefined);
  return listMoves(running.desk).catch(() => undefined);
}

function findPublicReading(running: RunningEstate): Promise<PublicReading | undefined> {
  if (running.here === 'headquarters') return Promise.resolve(undefined);
  return askPublicReading(running.desk).catch(() => undefined);
}

function other(site: SiteName): SiteName {
  return site === 'offsite' ? 'headquarters' : 'offsite';
}

/** Whether all that runs on this host answered. */
function isWell(here: SiteName | undefined, { headquarters, offsite, desk }: Record<SiteName | 'desk', unknown>): boolean {
  if (here === 'headquarters') return headquarters !== undefined;
  return (here === 'offsite' || headquarters !== undefined) && offsite !== undefined && desk !== undefined;
}

function describeMoves(moves: SiteMoves | undefined): string[] {
  if (!moves) return [];
  const { inCharge, sinceAt, headquartersAskedAt } = moves;
  const asked = inCharge === 'stand-in' && headquartersAskedAt ? `; headquarters asked last at ${headquartersAskedAt}` : '';
  const told = inCharge === 'stand-in' ? [`the stand-in at off-site runs the compartments since ${sinceAt}${asked}`] : [];
  const [newest] = moves.moves;
  return [...told, ...(newest ? describeMove(newest) : [])];
}

/** What it means that a site's supervisor says nothing. */
function tellSilent(site: SiteName, isRun: boolean): string {
  return isRun ? 'is starting, or does not answer' : `does not run; "bulkhead start --site ${site}" starts it`;
}

function describeSite(name: string, status: SiteStatus | undefined, silent: string): string[] {
  if (!status) return [`${name}: ${silent}`];
  const rows = status.processes.map(({ name: process, state, pid, uid, restarts, memoryBytes, cpuPercent }) => [
    `  ${process}`,
    state,
    pid === null ? '' : `pid ${pid}`,
    uid === null ? '' : `uid ${uid}`,
    memoryBytes === null ? '' : `${Math.round(memoryBytes / 1_048_576)} MB`,
    cpuPercent === null ? '' : `${cpuPercent.toFixed(1)} %`,
    restarts > 0 ? `restarted ${restarts} ×` : '',
  ]);
  return [
    `${name} (between its processes: ${BOUNDARIES[status.boundary]}; isolation of databases and jails: ${status.isolation})`,
    ...alignColumns(rows),
  ];
}

function describeDesk(desk: DeskState | undefined, offsite: SiteStatus | undefined): string[] {
  if (!desk && offsite?.ready === false) return ['desk: off-site is starting; it answers when that is done'];
  if (!desk) return ['desk: does not answer; seal locally with "bulkhead seal <compartment> --at-headquarters"'];
  const compartments = desk.compartments.map(({ name, level, desired, epoch, stream, flushedLsn, seal }) => [
    `  ${name}`,
    level,
    desired,
    `epoch ${epoch}`,
    stream === 'none' ? 'no copy off-site' : `WAL ${stream}${flushedLsn ? ` at ${flushedLsn}` : ''}`,
    seal ? `sealed at ${seal.lsn}, ${seal.at}, by ${seal.by.join(', ')}` : '',
  ]);
  const findings = desk.findings
    .slice(-10)
    .map(({ id, rule, compartment, summary, receivedAt }) => [`  #${id}`, receivedAt, rule, compartment ?? '', summary]);
  const recoveries = desk.recoveries
    .slice(-5)
    .map(({ id, kind, compartment, step, awaiting, failure }) => [
      `  ${id}`,
      `${kind} of ${compartment}`,
      awaiting ? `waits for a second operator: bulkhead approve ${id} --as <operator>` : step,
      failure ?? '',
    ]);
  const notPromised = desk.compartments.flatMap(({ name, level, notPromised: sentences }) =>
    sentences.map((sentence, at) => [at === 0 ? `  ${name}` : '  ', at === 0 ? level : '', sentence]),
  );
  const section = (title: string, rows: string[][]) => (rows.length > 0 ? [title, ...alignColumns(rows)] : []);
  return [
    ...section('compartments', compartments),
    ...section('not promised for adopted applications (docs/design/adoption.md)', notPromised),
    ...section('last findings', findings),
    ...section('recoveries', recoveries),
  ];
}
