import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';

/** A file of the public site that comes from the code, named by its content: it can be kept for ever. */
export type PublicAsset = { readonly path: string; readonly contentType: string; readonly bytes: Uint8Array };

const loaded = new Map<string, PublicAsset>();

/** The stylesheet of the public pages; the newsroom has another. */
export function publicStyle(): PublicAsset {
  return readAsset('public.css', 'css', 'text/css; charset=utf-8');
}

/** The script of the page that searches while the compartment is closed. */
export function restingScript(): PublicAsset {
  return readAsset('resting-search.js', 'js', 'text/javascript; charset=utf-8');
}

/** What browsers ask for by themselves, and show beside the title: a picture in PNG, under the name that they ask for. */
export function siteIcon(): PublicAsset {
  return { path: '/favicon.ico', contentType: 'image/png', bytes: readFileSync(new URL('icon.png', import.meta.url)) };
}

function readAsset(file: string, extension: string, contentType: string): PublicAsset {
  const known = loaded.get(file);
  if (known) return known;
  const bytes = readFileSync(new URL(file, import.meta.url));
  const asset = { path: `/assets/${sha256Hex(bytes).slice(0, 32)}.${extension}`, contentType, bytes };
  loaded.set(file, asset);
  return asset;
}
