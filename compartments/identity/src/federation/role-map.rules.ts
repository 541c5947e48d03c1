import { findRole, type OfferedRole } from '#role/role.rules.ts';

const MOST_ROLES = 50;

/**
 * Reads which roles an organisation's words stand for, one a line: `value = compartment/role`. Roles that rule over accounts are
 * given by people only. Null for what cannot be read.
 */
export function readRoleMap(text: string, offered: readonly OfferedRole[], longest = 100): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > MOST_ROLES) return null;
  const map = new Map<string, string>();
  for (const line of lines) {
    const at = line.lastIndexOf('=');
    const [value, role] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()];
    if (value === '' || value.length > longest || role.startsWith('identity/') || !findRole(role, offered)) return null;
    map.set(value, role);
  }
  return Object.fromEntries(map);
}

export function writeRoleMap(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .map(([value, role]) => `${value} = ${role}`)
    .join('\n');
}
