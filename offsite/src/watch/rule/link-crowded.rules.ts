import { grownBy, type LinkRule } from './link.rules.ts';

/** A few may come from a link that is cut and comes back all at once. */
const USUAL = 5;

/** T1499: more handshakes at the link's port at once than anybody needs: some were cut off unheard [W19]. */
export const linkCrowded: LinkRule = {
  rule: 'link.crowded',
  look: ({ status, before }) => {
    const count = grownBy(status.crowded, before?.crowded);
    if (count <= USUAL) return null;
    return {
      summary: `the link's port is crowded: ${count} connections were cut off before their handshake`,
      evidence: { count: String(count), ...(status.lastStranger === null ? {} : { address: status.lastStranger }) },
    };
  },
};
