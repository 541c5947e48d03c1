import { type Readmission, readmissionSchema } from '@bulkhead/contracts';

/** A headquarters that lost its keys, given up so that a new one may join. */
export const READMISSION = { path: '/readmissions', schema: readmissionSchema, describe };

function describe({ id, reason, requestedBy, state, digest }: Readmission): string[] {
  const lines = [
    `${id}, asked for by ${requestedBy}: headquarters is given up, all it runs is sealed, and a new one may join`,
    `  reason: ${reason}`,
  ];
  if (state === 'approved')
    return [...lines, 'It is approved. Next, on the off-site host, within the hour: bulkhead site invite'];
  if (state !== 'waiting') return [...lines, `It is ${state}.`];
  return [...lines, `To approve: bulkhead approve ${id} --as second-operator --digest ${digest}`];
}
