import type { Module } from '#declaration/module.rules.ts';
import { firstState } from '#workflow/workflow.rules.ts';

/** The row of every module's table that no page shows and nobody has a reason to touch. */
export const CANARY_ID = 0;

export function writeCanary(module: Module): string {
  const at = "'2026-01-01T00:00:00Z'";
  return `insert into ${module.table} (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (${CANARY_ID}, '-', '${firstState(module)}', 1, ${at}, ${at}, 'nobody', 'Nobody has a reason to touch this row.');`;
}
