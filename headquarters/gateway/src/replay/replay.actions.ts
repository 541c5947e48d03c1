import type { RecordedRequest, Replay, ReplayAnswer, Session } from '@bulkhead/contracts';
import { checkPath } from '@bulkhead/front';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { type Blocking } from '#block/block.rules.ts';
import type { Origin, Origins } from '#route/origin.rules.ts';
import { isAllowed } from '#route/route.rules.ts';
import type { SealBoard } from '#seal/seal.actions.ts';
import type { Sessions } from '#session/session.actions.ts';

export type ReplayDeps = {
  readonly origins: Origins;
  readonly board: Pick<SealBoard, 'blockingWith'>;
  readonly sessions: Pick<Sessions, 'look'>;
};

type Outcome = ReplayAnswer['outcomes'][number];

/**
 * Holds a recorded attack against the door as it stands, with the blocks that an order is about to bring: route, address,
 * session and role, as for every request. Nothing is passed on, counted or changed. State, lease and rate are left out: they
 * are not what closes a hole [G19].
 */
export async function judgeReplay(deps: ReplayDeps, replay: Replay): Promise<ReplayAnswer> {
  const blocking = deps.board.blockingWith(replay.compartment, replay.blocks);
  const outcomes: Outcome[] = [];
  for (const request of replay.requests) outcomes.push(await judgeRequest(deps, replay.compartment, request, blocking));
  return { outcomes };
}

async function judgeRequest(
  deps: ReplayDeps,
  compartment: string,
  request: RecordedRequest,
  blocking: Blocking,
): Promise<Outcome> {
  try {
    const route = findRoute(deps, compartment, request);
    blocking.requireUnblocked(compartment, { route: route.id, address: request.address });
    const session = await findSession(deps, request, blocking);
    if (isAllowed(route, session === null ? null : (session.roles[compartment] ?? []))) {
      return {
        verdict: 'passes',
        detail: session === null ? 'its route is open to anybody' : 'its session lives and has the role',
      };
    }
    return { verdict: 'refused', detail: session === null ? 'nobody is signed in' : 'the account has none of the roles' };
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    const isOpen = hasCode(error, 'sign_in.unreachable');
    return { verdict: isOpen ? 'unknown' : 'refused', detail: `${error.code}: ${error.message}`.slice(0, 300) };
  }
}

function findRoute(deps: ReplayDeps, compartment: string, { method, path }: RecordedRequest) {
  const target = path.split('?')[0] ?? '';
  checkPath(target);
  const own = [...deps.origins.byHost.values()].filter((origin: Origin) => origin.compartment.name === compartment);
  for (const origin of own) {
    const match = origin.routes.match(method, target);
    if (match.kind === 'route') return match.route;
  }
  throw new EstateError('request.not_found', 'finding a route: none has this path');
}

async function findSession(deps: ReplayDeps, { sessionId }: RecordedRequest, blocking: Blocking): Promise<Session | null> {
  if (sessionId === null || blocking.isEnded(sessionId)) return null;
  // Identity is asked for API tokens by their hash, which no record holds: whether one lives cannot be said.
  if (sessionId.startsWith('api_')) throw new EstateError('sign_in.unreachable', 'looking for an API token by its id');
  const session = await deps.sessions.look(sessionId);
  return session === null || blocking.isRefused(session) ? null : session;
}
