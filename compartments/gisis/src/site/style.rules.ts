import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';
import { shadeRules } from '#colour/colour.rules.ts';

const SHEETS = ['registry.css', '../map/map.css', '../chart/chart.css'];
const CSS = Buffer.from(
  [...SHEETS.map((sheet) => readFileSync(new URL(sheet, import.meta.url), 'utf8')), shadeRules()].join('\n'),
);

/** The registry's own rules, beside those of all pages; named by their content, so they can be kept for ever. */
export const STYLE_PATH = `/assets/${sha256Hex(CSS).slice(0, 32)}.css`;

export function answerStyle(file: string): Response | null {
  if (STYLE_PATH !== `/assets/${file}`) return null;
  const headers = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' };
  return new Response(new Uint8Array(CSS), { headers });
}
