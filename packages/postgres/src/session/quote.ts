import { EstateError } from '@bulkhead/kernel';

/** Checks a name that databases, roles and files are called by: lower-case letters, digits, `_`, `-`; at most 48 long. */
export function checkName(name: string, what: string): string {
  if (/^[a-z][a-z0-9_-]{0,47}$/.test(name)) return name;
  throw new EstateError(
    'config.invalid',
    `naming a ${what}: ${JSON.stringify(name)} must begin with a letter, hold only lower-case letters, digits, _ and -, and be at most 48 long, for example website`,
  );
}

/** Quotes an identifier for SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text for SQL. Only for statements that take no parameters. */
export function quoteLiteral(text: string): string {
  const escaped = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`;
}
