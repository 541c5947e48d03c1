import { grownBy, type LinkRule } from './link.rules.ts';

/** T1133: somebody came to the link's port who is not headquarters: another key (one that lost its rights, too), none, or another protocol [W19]. */
export const linkStranger: LinkRule = {
  rule: 'link.stranger',
  look: ({ status, before }) => {
    const count = grownBy(status.strangers, before?.strangers);
    if (count === 0) return null;
    return {
      summary: `somebody who is not headquarters was refused at the link's port, ${count === 1 ? 'once' : `${count} times`}`,
      evidence: { count: String(count), ...(status.lastStranger === null ? {} : { address: status.lastStranger }) },
    };
  },
};
