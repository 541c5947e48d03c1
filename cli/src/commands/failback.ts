import { createMoveCommand } from '#operator/moves.ts';

export const command = createMoveCommand('failback', {
  summary: 'Go back to headquarters, with all that was written at the stand-in.',
  details: `
Headquarters must run ("bulkhead start --site headquarters"), emptied or as it was: it is founded anew where its directory is gone.
The stand-in reads only, then all is sealed and each compartment is restored at headquarters from the archive: an ordinary
restore, which a second operator looks at and approves. Services are closed from the approval until their restore is through;
the public reads on.
  bulkhead failback --reason "headquarters is rebuilt"   then a second operator approves`,
});
