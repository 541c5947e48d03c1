import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';
import { getStylesheet } from '@bulkhead/web';

/** The stylesheet of the gateway's own pages, served by the gateway at every origin, whatever is closed. */
export type GatewayStyle = { readonly path: string; readonly bytes: Buffer };

export function readStyle(): GatewayStyle {
  const own = readFileSync(new URL('style.css', import.meta.url));
  const bytes = Buffer.concat([getStylesheet().bytes, Buffer.from('\n'), own]);
  return { path: `/.gateway/${sha256Hex(bytes).slice(0, 32)}.css`, bytes };
}
