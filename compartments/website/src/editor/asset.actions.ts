import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { parse } from 'es-module-lexer/js';
import { type Asset, type EditorAssets, type NamedImport, renameImports } from './asset.rules.ts';

const ENTRY = new URL('browser/main.ts', import.meta.url);
const STYLESHEET = new URL('browser/newsroom.css', import.meta.url);
const CONTENT_TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

let loaded: EditorAssets | undefined;

/** Reads the editor and the libraries that it imports, as they are installed; once a process. Nothing is bundled. */
export function loadEditorAssets(): EditorAssets {
  loaded ??= makeEditorAssets();
  return loaded;
}

/** Answers GET /assets/:file; null for a file that is none of these. */
export function answerEditorAsset(assets: EditorAssets, file: string): Response | null {
  const asset = assets.files.get(file);
  if (!asset) return null;
  const headers = { 'content-type': asset.contentType, 'cache-control': 'private, max-age=31536000, immutable' };
  return new Response(asset.bytes, { headers });
}

function makeEditorAssets(): EditorAssets {
  const files = new Map<string, Asset>();
  const paths = new Map<string, string>();
  const script = addModule(ENTRY.href, { files, paths, open: new Set() });
  const stylesheet = addFile(files, 'css', readFileSync(STYLESHEET));
  return { script, modules: [...paths.values()].filter((path) => path !== script), stylesheet, files };
}

type Graph = { readonly files: Map<string, Asset>; readonly paths: Map<string, string>; readonly open: Set<string> };

/** A module is named by its content, in which those that it imports are named: they come first, so none may import itself. */
function addModule(href: string, graph: Graph): string {
  const known = graph.paths.get(href);
  if (known !== undefined) return known;
  if (graph.open.has(href)) throw new EstateError('config.invalid', `reading the editor: ${href} imports itself`);
  graph.open.add(href);
  const source = readSource(href);
  const [found] = parse(source);
  const imports = found.flatMap((each): NamedImport[] =>
    each.type === 'static' || each.type === 'reexport-star'
      ? [{ start: each.start, end: each.end, target: resolveFrom(each.specifier, href) }]
      : [],
  );
  const renamed = renameImports(source, imports, (target) => addModule(target, graph));
  const path = addFile(graph.files, 'js', Buffer.from(renamed));
  graph.paths.set(href, path);
  return path;
}

function readSource(href: string): string {
  const source = readFileSync(fileURLToPath(href), 'utf8');
  return href.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
}

function resolveFrom(name: string, href: string): string {
  return name.startsWith('.') ? new URL(name, href).href : import.meta.resolve(name);
}

function addFile(files: Map<string, Asset>, kind: keyof typeof CONTENT_TYPES, content: Buffer): string {
  const name = `${sha256Hex(content).slice(0, 32)}.${kind}`;
  files.set(name, { contentType: CONTENT_TYPES[kind], bytes: new Uint8Array(content) });
  return `/assets/${name}`;
}
