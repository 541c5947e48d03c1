import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';
import { composeStylesheet } from '@bulkhead/web';

/** A file of the public site that comes from the code, named by its content: it can be kept for ever. */
export type PublicAsset = { readonly path: string; readonly contentType: string; readonly bytes: Uint8Array };

let style: PublicAsset | undefined;
let script: PublicAsset | undefined;

/** The stylesheet of the public pages; the newsroom has another. */
export function publicStyle(): PublicAsset {
  style ??= composeStylesheet(readFileSync(new URL('public.css', import.meta.url)));
  return style;
}

/** The script of the page that searches while the compartment is closed. */
export function restingScript(): PublicAsset {
  script ??= readScript();
  return script;
}

/** What browsers ask for by themselves, and show beside the title: a picture in PNG, under the name that they ask for. */
export function siteIcon(): PublicAsset {
  return { path: '/favicon.ico', contentType: 'image/png', bytes: readFileSync(new URL('icon.png', import.meta.url)) };
}

function readScript(): PublicAsset {
  const bytes = readFileSync(new URL('resting-search.js', import.meta.url));
  return { path: `/assets/${sha256Hex(bytes).slice(0, 32)}.js`, contentType: 'text/javascript; charset=utf-8', bytes };
}
