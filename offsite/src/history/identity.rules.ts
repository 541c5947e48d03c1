/** The table that a command's object identity names, as history spells it: parts without their quotes. */
export function tableOf(identity: string): string {
  const parts = identity.match(/"(?:[^"]|"")*"|[^".]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part)).join('.');
}
