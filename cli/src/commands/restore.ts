import { createRequestCommand } from '#operator/request.ts';

export const command = createRequestCommand('restore', {
  summary: "Restore a compartment from off-site, through every gate, up to a second operator's approval.",
  what: 'The restore of',
  details: `
It is sealed if it is not yet; base and WAL are replayed into quarantine and verified; the difference is shown.
Then it waits: a second operator looks at the difference and approves it with "bulkhead approve".
After that it is swapped in, protected again, probed from outside and opened.`,
});
