import { createRequestCommand } from '#operator/request.ts';

export const command = createRequestCommand('open', {
  summary: "Open a sealed compartment again without a restore, after a second operator's approval.",
  what: 'The reopening of',
  details: `
For a false alarm: the sealed data is kept as it is. Refused while an open incident names what was compromised, unless
two operators waived it ("bulkhead waive incident-<number>"). A second operator approves with "bulkhead approve";
then it is protected again, probed from outside and opened. After an attack use "bulkhead restore".`,
});
