import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';

const CSS = readFileSync(new URL('registry.css', import.meta.url));

/** The registry's own rules, beside those of all pages; named by their content, so they can be kept for ever. */
export const STYLE_PATH = `/assets/${sha256Hex(CSS).slice(0, 32)}.css`;

export function answerStyle(file: string): Response | null {
  if (STYLE_PATH !== `/assets/${file}`) return null;
  const headers = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' };
  return new Response(new Uint8Array(CSS), { headers });
}
