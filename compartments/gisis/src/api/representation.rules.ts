import { sha256Hex } from '@bulkhead/kernel';
import type { Module } from '#declaration/module.rules.ts';
import { writeJson } from '#record/form.rules.ts';
import { type Registered, shownFields } from '#record/record.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';

/** A record as JSON with what somebody sees of it. */
export function writeRecord(module: Module, record: Registered, viewer: Viewer, origin: string): string {
  return JSON.stringify(writeJson(module, record, shownFields(module, record, viewer), origin));
}

/** A record's ETag: its revision, upon which changes are made, and what this caller was shown of it. */
export function etagOf({ revision }: Pick<Registered, 'revision'>, body: string): string {
  return `"${revision}-${sha256Hex(body).slice(0, 16)}"`;
}
