import { readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';
import { sha256Hex } from '@bulkhead/kernel';
import { type Asset, type MapAssets, takesBrotli } from './asset.rules.ts';
import { flatLand } from './land.rules.ts';

const SCRIPT = 'text/javascript; charset=utf-8';
const QUALITY = 5;
/** Decimals of a degree: about a kilometre, finer than the coast is drawn. */
const DECIMALS = 100;

let loaded: MapAssets | undefined;

/** Reads the moving map's files, as they are installed; once a process, and not before somebody asks for a map's page. */
export function loadMapAssets(): MapAssets {
  loaded ??= makeMapAssets();
  return loaded;
}

/** Answers GET /assets/:file; null for a file that is none of these. */
export function answerMapAsset(assets: MapAssets, file: string, accepted: string | undefined): Response | null {
  const asset = assets.files.get(file);
  if (!asset) return null;
  const isShort = takesBrotli(accepted);
  const headers = {
    'content-type': asset.contentType,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    ...(isShort ? { 'content-encoding': 'br' } : {}),
  };
  const bytes = (isShort ? assets.compressed.get(file) : undefined) ?? asset.bytes;
  return new Response(new Uint8Array(bytes), { headers });
}

function makeMapAssets(): MapAssets {
  const files = new Map<string, Asset>();
  const compressed = new Map<string, Buffer>();
  const add = (kind: 'js' | 'json', contentType: string, bytes: Buffer): string => {
    const name = `${sha256Hex(bytes).slice(0, 32)}.${kind}`;
    files.set(name, { contentType, bytes });
    compressed.set(name, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }));
    return `/assets/${name}`;
  };
  const library = add('js', SCRIPT, readLibrary('maplibre-gl.mjs'));
  const worker = add('js', SCRIPT, readLibrary('maplibre-gl-worker.mjs'));
  const land = add('json', 'application/geo+json', Buffer.from(JSON.stringify(flatLand('50m'), roundNumber)));
  const source = readFileSync(new URL('browser/main.ts', import.meta.url), 'utf8');
  const script = add('js', SCRIPT, Buffer.from(stripTypeScriptTypes(source)));
  const bytes = [...compressed.values()].reduce((sum, one) => sum + one.length, 0);
  return { script, library, worker, land, kilobytes: Math.round(bytes / 1024), files, compressed };
}

/** Its map of sources stays where it is: browsers would ask for it in vain. */
function readLibrary(file: string): Buffer {
  const path = createRequire(import.meta.url).resolve(`maplibre-gl/dist/${file}`);
  return Buffer.from(readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}

function roundNumber(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * DECIMALS) / DECIMALS : value;
}
