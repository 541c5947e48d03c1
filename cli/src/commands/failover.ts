import { createMoveCommand } from '#operator/moves.ts';

export const command = createMoveCommand('failover', {
  summary: 'Headquarters is lost: let off-site run the compartments itself, after a second operator agreed.',
  details: `
Nothing is closed before the approval; the stand-in is made ready meanwhile. Then every compartment is sealed, its standby
promoted at the end of all that was acknowledged, the leases of headquarters waited out, and the stand-in opens.
A second operator approves with "bulkhead approve <id> --digest …", which tells each step and the seconds to the answer.
  bulkhead failover --reason "fire at headquarters"   then a second operator approves`,
});
