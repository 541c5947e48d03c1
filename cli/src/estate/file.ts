import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '@bulkhead/kernel';

/** Writes a JSON value, whole or not at all. */
export function writeJson(path: string, value: unknown, mode: number): Promise<void> {
  return writeText(path, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** Writes whole or not at all: a file half written by a killed start must not hinder the next one. */
export async function writeText(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  await writeDurably(path, text, mode);
}
