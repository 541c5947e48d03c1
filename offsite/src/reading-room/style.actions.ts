import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';
import { getStylesheet } from '@bulkhead/web';

export type Style = { readonly path: string; readonly bytes: Buffer };
/** Of the estate's pages for pages of our own; and of the line, which stands in pages whose style is their own. */
export type Styles = { readonly page: Style; readonly line: Style };

export function readStyles(): Styles {
  return {
    page: nameStyle(Buffer.from(getStylesheet().bytes)),
    line: nameStyle(readFileSync(new URL('reading-room.css', import.meta.url))),
  };
}

function nameStyle(bytes: Buffer): Style {
  return { path: `/.reading-room/${sha256Hex(bytes).slice(0, 32)}.css`, bytes };
}
