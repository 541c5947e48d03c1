import type { OperatorCommand } from '@bulkhead/contracts';
import { approveErasure, type ErasureDeps, isErasure, refuseErasure } from '#erasure/erasure.actions.ts';
import { approveMove, isMoveId, type MoveRequestDeps, refuseMove } from '#failover/failover.actions.ts';
import { approveReadmission, isReadmission, type ReadmissionDeps, refuseReadmission } from '#readmission/readmission.actions.ts';
import { approveRecovery, type RequestDeps, refuseRecovery } from '#recovery/recovery.actions.ts';

export type DecisionDeps = {
  readonly requests: RequestDeps;
  readonly moving: MoveRequestDeps;
  readonly erasure: ErasureDeps;
  readonly readmission: ReadmissionDeps;
};

type Approval = { readonly request: string; readonly operator: string; readonly digest: string };
type Refusal = { readonly request: string; readonly operator: string; readonly reason: string };
type Kind = {
  readonly isOf: (request: string) => boolean;
  readonly approve: (deps: DecisionDeps, asked: Approval) => Promise<void>;
  readonly refuse: (deps: DecisionDeps, asked: Refusal) => Promise<void>;
};

const RECOVERY: Kind = {
  isOf: () => true,
  approve: ({ requests }, asked) => approveRecovery(requests, asked),
  refuse: ({ requests }, asked) => refuseRecovery(requests, asked),
};

/** What waits for a second operator, told apart by its id; whatever is none of these is a recovery. */
const KINDS: readonly Kind[] = [
  {
    isOf: isErasure,
    approve: ({ erasure }, asked) => approveErasure(erasure, asked),
    refuse: ({ erasure }, { request, operator }) => refuseErasure(erasure, request, operator),
  },
  {
    isOf: isReadmission,
    approve: ({ readmission }, asked) => approveReadmission(readmission, asked),
    refuse: ({ readmission }, { request, operator }) => refuseReadmission(readmission, request, operator),
  },
  {
    isOf: isMoveId,
    approve: ({ moving }, asked) => approveMove(moving, asked),
    refuse: ({ moving }, asked) => refuseMove(moving, asked),
  },
];

/** A second operator's word on what another asked for. @throws EstateError what each kind refuses with */
export async function decideOn(
  deps: DecisionDeps,
  command: Extract<OperatorCommand, { kind: 'approve' | 'refuse' }>,
  operator: string,
): Promise<{ readonly request: string } | { readonly recovery: string }> {
  const { request } = command;
  const kind = KINDS.find(({ isOf }) => isOf(request)) ?? RECOVERY;
  if (command.kind === 'approve') await kind.approve(deps, { request, operator, digest: command.digest });
  else await kind.refuse(deps, { request, operator, reason: command.reason });
  return kind === RECOVERY ? { recovery: request } : { request };
}
