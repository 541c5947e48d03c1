import {
  type EditionFile,
  type EditionManifest,
  frozenHeaders,
  headersOf,
  OWN_SCRIPT_POLICY,
  securityHeaders,
} from '@bulkhead/contracts';

/** Headers of the manifest that differ from file to file; the type is the location's, and 301 gives its own address. */
const VARYING = ['cache-control', 'content-language', 'content-disposition', 'link', 'x-robots-tag'] as const;
const TYPES_COMPRESSED =
  'text/css text/plain text/xml text/calendar image/svg+xml application/javascript text/javascript application/json application/ld+json application/feed+json application/atom+xml application/xml';

/**
 * Writes the configuration by which nginx serves an exported edition: what the gateway answers, with the same headers.
 * To be included at the level of `http`. Paths are told by their letters' case nowhere but where two differ by it alone.
 *
 * @param at the directory that holds the edition on the machine that serves it
 */
export function writeNginxConfiguration(manifest: EditionManifest, at: string): string {
  const { files } = manifest;
  const types = [...new Set(files.map((file) => headersOf(file)['content-type'] ?? ''))].sort();
  const keyOf = keysOf(files);
  const mapOf = (name: string, valueOf: (file: EditionFile) => string, otherwise = '') =>
    mapped(
      '$edition_path',
      name,
      files.flatMap((file) => entryOf(keyOf(file), valueOf(file), otherwise)),
      otherwise,
    );
  const addressOf = (file: EditionFile) => `/.edition/${types.indexOf(headersOf(file)['content-type'] ?? '')}/${file.sha256}`;
  const policy = (manifest.crawled ? frozenHeaders(false) : securityHeaders(false))['content-security-policy'] ?? '';
  return [
    `# Edition ${manifest.number} of ${manifest.compartment}, published ${manifest.publishedAt}. Written by "bulkhead edition export"; do not edit.`,
    '# Include it at the level of http. It listens on 8080; whoever ends TLS stands before it.',
    `map_hash_max_size ${Math.max(2048, files.length * 4)};`,
    'map_hash_bucket_size 1024;',
    'geo $edition_dollar { default "$"; }',
    'map $request_uri $edition_path { default ""; "~^(?<edition_plain>/[^?]*)" $edition_plain; }',
    mapOf('$edition_status', ({ status }) => String(status)),
    mapOf('$edition_file', addressOf),
    mapOf('$edition_location', (file) => file.headers['location'] ?? ''),
    mapOf('$edition_policy', ({ scripts }) => (scripts ? OWN_SCRIPT_POLICY : policy), policy),
    ...VARYING.map((header) =>
      mapOf(variableOf(header), (file) => headersOf(file)[header] ?? '', header === 'cache-control' ? 'no-cache' : ''),
    ),
    mapped('$edition_path', '$edition_missing', missingOf(files, addressOf), ''),
    ...serverOf(manifest, types, at),
    '',
  ].join('\n');
}

function serverOf(manifest: EditionManifest, types: readonly string[], at: string): string[] {
  const { 'content-security-policy': _, ...fixed } = manifest.crawled ? frozenHeaders(false) : securityHeaders(false);
  const hasMissing = manifest.files.some(({ status }) => status === 404);
  return [
    'server {',
    '  listen 8080;',
    '  server_tokens off;',
    '  absolute_redirect off;',
    '  gzip on;',
    '  gzip_vary on;',
    `  gzip_types ${TYPES_COMPRESSED};`,
    ...Object.entries(fixed).map(([name, value]) => `  add_header ${name} ${quoted(value)} always;`),
    '  add_header content-security-policy $edition_policy always;',
    ...VARYING.map((header) => `  add_header ${header} ${variableOf(header)} always;`),
    ...(hasMissing ? ['  error_page 404 $edition_missing;'] : []),
    '  error_page 410 $edition_file;',
    '  location / {',
    '    if ($edition_status = "") { return 404; }',
    '    if ($edition_status = 404) { return 404; }',
    '    if ($edition_status = 410) { return 410; }',
    '    if ($edition_status = 301) { return 301 $edition_location; }',
    '    rewrite ^ $edition_file last;',
    '  }',
    ...types.flatMap((type, number) => [
      `  location ^~ /.edition/${number}/ {`,
      '    internal;',
      '    types { }',
      `    default_type ${quoted(type)};`,
      `    alias ${quoted(`${at}/files/`)};`,
      '  }',
    ]),
    '}',
  ];
}

/** What answers where nothing stands: by the language that the path begins with, as the gateway does. */
function missingOf(files: readonly EditionFile[], addressOf: (file: EditionFile) => string): string[] {
  const missing = files.filter(({ status }) => status === 404);
  const otherwise = missing.find(({ language }) => language === null) ?? missing.find(({ language }) => language === 'en');
  return [
    ...missing.flatMap((file) => (file.language === null ? [] : [`"~^/${file.language}(?:/|$)" ${quoted(addressOf(file))};`])),
    ...(otherwise ? [`"~^/" ${quoted(addressOf(otherwise))};`] : []),
  ];
}

function mapped(from: string, name: string, entries: readonly string[], otherwise: string): string {
  return [`map ${from} ${name} {`, `  default ${quoted(otherwise)};`, ...entries.map((entry) => `  ${entry}`), '}'].join('\n');
}

function entryOf(key: string, value: string, otherwise: string): string[] {
  return value === otherwise ? [] : [`${key} ${quoted(value)};`];
}

/** nginx looks up words whatever the case of their letters: paths that differ by it alone are told by an expression. */
function keysOf(files: readonly EditionFile[]): (file: EditionFile) => string {
  const folded = new Map<string, number>();
  for (const { path } of files) folded.set(path.toLowerCase(), (folded.get(path.toLowerCase()) ?? 0) + 1);
  return ({ path }) =>
    (folded.get(path.toLowerCase()) ?? 0) > 1
      ? `"~^${path.replaceAll(/[.~-]/g, '\\$&').replaceAll('\\', '\\\\')}\\z"`
      : `"${path}"`;
}

function variableOf(header: string): string {
  return `$edition_${header.replaceAll('-', '_')}`;
}

function quoted(value: string): string {
  return `"${value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('$', '$' + '{edition_dollar}')}"`;
}
