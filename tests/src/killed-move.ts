import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MoveKind, MoveStep, SiteMove } from '@bulkhead/contracts';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { Member } from './newsroom.ts';
import { approve } from './recovery.ts';
import { askDesk, askSite, killHard, noteOf, originOf } from './sites.ts';
import { askMoves } from './stand-in.ts';

/** Who carries a move out: the process that decides, the supervisor of the site that takes over, off-site's supervisor with all it keeps. */
export const MOVERS = ['recovery', 'stand-in', 'supervisor'] as const;
export type Mover = (typeof MOVERS)[number];

/** What must be done before a step is under way; the names move beside what follows. */
const BEFORE: Readonly<Record<MoveKind, ReadonlyMap<MoveStep, readonly MoveStep[]>>> = {
  failover: new Map<MoveStep, readonly MoveStep[]>([
    ['seal', []],
    ['fence', ['seal']],
    ['promote', ['seal']],
    ['charge', ['promote', 'fence']],
    ['names', ['charge']],
    ['hand-over', ['charge']],
    ['protect', ['hand-over']],
    ['open', ['protect']],
    ['probe', ['open']],
    ['follow', ['probe']],
  ]),
  failback: new Map<MoveStep, readonly MoveStep[]>([
    ['quieten', []],
    ['seal', ['quieten']],
    ['charge', ['seal']],
    ['names', ['charge']],
    ['restore', ['charge']],
  ]),
};

/** The steps of a move, in the order in which their movers are killed. */
export function stepsOf(kind: MoveKind): readonly MoveStep[] {
  return [...BEFORE[kind].keys()];
}

const LOOK_MS = 5;
const MOVE_LIMIT_MS = 600_000;
/** Who is stopped for a moment so that a step that needs it waits: else it is over before anybody can look. */
const HELD: ReadonlyMap<MoveStep, string> = new Map([
  ['seal', 'receiver'],
  ['charge', 'ledger'],
]);

/**
 * The second operator approves a move; once each of these steps is under way its mover is killed with -9, and what ended is started
 * again. Restores of a failback are approved as they come to wait.
 * @returns the move as it ended, and what was killed when
 */
export async function moveUnderKills(
  estate: EstateProcess,
  { id, digest, kind }: SiteMove,
  kills: { readonly mover: Mover; readonly steps: readonly MoveStep[] },
): Promise<{ readonly move: SiteMove; readonly killed: readonly string[]; readonly missed: readonly string[] }> {
  const first = kills.steps[0];
  let held = first && BEFORE[kind].get(first)?.length === 0 ? await hold(estate, first) : undefined;
  const approving = estate.run('approve', id, '--digest', digest, '--json');
  const killed: string[] = [];
  const missed: string[] = [];
  for (const step of kills.steps) {
    const before = BEFORE[kind].get(step) ?? [];
    if (before.length > 0 && HELD.has(step)) {
      await untilNear(estate, id, kind, step);
      held = await hold(estate, step);
    }
    const done = await untilStanding(estate, id, (has) => before.every((one) => has.has(one)), `${step} is under way`);
    if (done.has(step)) missed.push(step);
    else {
      await killMover(estate, kills.mover);
      killed.push(step);
    }
    if (held !== undefined) process.kill(held, 'SIGCONT');
    held = undefined;
    if (kills.mover === 'supervisor' && !done.has(step)) await startOffsiteAgain(estate);
  }
  const move = await untilEnded(estate, id);
  // It follows the move at the desk, which was away in between: how it ends says nothing.
  await approving;
  return { move, killed, missed };
}

/** Stops the process that a step waits for; gives its pid. */
async function hold(estate: EstateProcess, step: MoveStep): Promise<number | undefined> {
  const name = HELD.get(step);
  if (name === undefined) return undefined;
  const pid = await pidOf(estate, name);
  process.kill(pid, 'SIGSTOP');
  return pid;
}

/** A step is not under way yet, and whoever it waits for is not needed any more before it. */
async function untilNear(estate: EstateProcess, id: string, kind: MoveKind, step: MoveStep): Promise<void> {
  const before = BEFORE[kind].get(step) ?? [];
  if (kind === 'failover' || step !== 'seal') {
    await untilStanding(estate, id, (done) => before.some((one) => done.has(one)), `the step before ${step}`);
    return;
  }
  const isQuiet = async () => (await askDesk(estate)).compartments.every(({ desired }) => desired !== 'open');
  await waitUntil(isQuiet, { what: 'nobody writes any more', timeoutMs: MOVE_LIMIT_MS, pauseMs: LOOK_MS });
}

/** The steps that are done, as soon as they are so many. */
async function untilStanding(
  estate: EstateProcess,
  id: string,
  isSo: (done: ReadonlySet<string>) => boolean,
  what: string,
): Promise<ReadonlySet<string>> {
  const { move, done } = await waitUntil(
    async () => {
      const found = await findMove(estate, id);
      if (!found || found.state === 'asked') return undefined;
      const standing = new Set(found.steps.map(({ step }) => step));
      return isSo(standing) || found.state !== 'approved' ? { move: found, done: standing } : undefined;
    },
    { what, timeoutMs: MOVE_LIMIT_MS, pauseMs: LOOK_MS },
  );
  assert.notEqual(move.state, 'failed', move.failure ?? '');
  return done;
}

async function untilEnded(estate: EstateProcess, id: string): Promise<SiteMove> {
  return waitUntil(
    async () => {
      const move = await findMove(estate, id);
      if (move && move.endedAt !== null) return move;
      if (move?.kind === 'failback') await approveWaiting(estate, move);
      return undefined;
    },
    { what: 'the move has ended', timeoutMs: MOVE_LIMIT_MS },
  );
}

async function approveWaiting(estate: EstateProcess, move: SiteMove): Promise<void> {
  const desk = await askDesk(estate).catch(() => undefined);
  for (const { recovery } of move.compartments) {
    const found = desk?.recoveries.find(({ id }) => id === recovery);
    if (found?.awaiting) await approve(estate, found.id);
  }
}

async function findMove(estate: EstateProcess, id: string): Promise<SiteMove | undefined> {
  const told = await askMoves(estate).catch(() => undefined);
  return told?.moves.find((move) => move.id === id);
}

async function killMover(estate: EstateProcess, mover: Mover): Promise<void> {
  if (mover === 'supervisor') return killHard((await noteOf(estate, 'offsite')).supervisor.pid);
  killHard(await pidOf(estate, mover));
}

async function pidOf(estate: EstateProcess, name: string): Promise<number> {
  return waitUntil(
    async () => {
      const { processes } = await askSite(estate, 'offsite');
      return processes.find((process) => process.name === name)?.pid ?? undefined;
    },
    { what: `${name} runs` },
  );
}

/** Its processes end with it; whoever started it tells so, and a person starts it again. */
async function startOffsiteAgain(estate: EstateProcess): Promise<void> {
  await waitUntil(
    async () =>
      !(await askSite(estate, 'offsite').then(
        () => true,
        () => false,
      )),
    { what: 'off-site has ended' },
  );
  await estate.startSite('offsite');
}

/** Signs in as an editor: after a kill of recovery the leases may have run out, and compartments come back from reading only. */
export function enterAgain(site: EstateProcess): Promise<Member> {
  return waitUntil(() => Member.enter(site, 'editor'), { what: 'an editor can sign in', timeoutMs: 120_000 });
}

/**
 * Somebody who asks both sites for the same page again and again. Where one serves, the other must not, from the first answer that
 * the other one gave.
 */
export class Witness {
  readonly seen: { readonly site: number; readonly askedAtMs: number; readonly answeredAtMs: number }[] = [];
  #isStopped = false;
  readonly #watching: Promise<unknown>;

  constructor(sites: readonly EstateProcess[]) {
    this.#watching = Promise.all(sites.map((site, at) => this.#watch(originOf(site, 'id'), at)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#watching;
  }

  /** Answers of the site before which were asked for after the site that took over had answered; must be empty. */
  listOverlaps(from: number, to: number): string[] {
    const first = this.seen.find(({ site }) => site === to);
    if (!first) return ['the other site never answered'];
    return this.seen
      .filter(({ site, askedAtMs }) => site === from && askedAtMs > first.answeredAtMs)
      .map(({ askedAtMs }) => `site ${from} served ${Math.round(askedAtMs - first.answeredAtMs)} ms after site ${to} had begun`);
  }

  async #watch(origin: string, site: number): Promise<void> {
    const visitor = new Visitor({ address: '127.0.0.1' });
    while (!this.#isStopped) {
      const askedAtMs = performance.now();
      const page = await visitor.visit(`${origin}/sign-in`, { redirects: 0 }).catch(() => undefined);
      if (page?.status === 200) this.seen.push({ site, askedAtMs, answeredAtMs: performance.now() });
      await sleep(50);
    }
    visitor.leave();
  }
}
