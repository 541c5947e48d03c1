import type { MergeClass } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { formatArray, parseArray } from './array.rules.ts';

/** What putting a change together with the value that stands gives. */
export type Merged = {
  readonly value: string | null;
  /** Parts that could not be changed, because somebody else changed them too. */
  readonly kept: readonly string[];
};

/** A part of a value that may be changed apart from others: an element of a set, a path of a JSON document. */
export type PartOf = 'set' | 'json-path';

/**
 * Takes `current` along the way from `from` to `to`, as the merge class says; `undefined` if the class cannot: then the
 * whole value is kept. Counters are not put together here: the database counts, in the column's own type.
 */
export function mergeParts(
  merge: PartOf,
  { current, from, to }: { readonly current: string | null; readonly from: string | null; readonly to: string | null },
): Merged | undefined {
  if (current === null || from === null || to === null) return undefined;
  try {
    return merge === 'set' ? mergeSets(current, from, to) : mergeDocuments(current, from, to);
  } catch (error) {
    if (error instanceof EstateError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The parts in which two values differ; `undefined` where they cannot be taken apart. */
export function changedParts(merge: MergeClass, from: string | null, to: string | null): string[] | undefined {
  if ((merge !== 'set' && merge !== 'json-path') || from === null || to === null) return undefined;
  try {
    if (merge === 'json-path') return diffPaths(parseJson(from), parseJson(to)).map(({ path }) => JSON.stringify(path));
    const [before, after] = [readSet(from).elements, readSet(to).elements];
    return [...new Set([...without(before, after), ...without(after, before)])];
  } catch (error) {
    if (error instanceof EstateError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Tells whether a change of one part is a change of the other too. */
export function doPartsMeet(merge: MergeClass, left: string, right: string): boolean {
  if (merge !== 'json-path') return left === right;
  const [shorter, longer] = [readPath(left), readPath(right)].toSorted((a, b) => a.length - b.length);
  return (shorter ?? []).every((name, at) => longer?.[at] === name);
}

/** `to` with some parts as they are in `from`: those are not to be changed. */
export function leaveParts(merge: PartOf, from: string, to: string, left: readonly string[]): string {
  if (merge === 'set') {
    const [before, after] = [readSet(from), readSet(to)];
    const kept = new Set(left);
    const stays = before.elements.filter((element) => kept.has(element));
    return after.write([...new Set([...after.elements.filter((element) => !kept.has(element)), ...stays])]);
  }
  const [before, after] = [parseJson(from), parseJson(to)];
  for (const part of left) copyPath(before, after, readPath(part));
  return canonical(after);
}

type SetValue = { readonly elements: string[]; readonly write: (elements: readonly string[]) => string };

// An array column, or a JSON array: its elements as texts, canonical ones for JSON.
function readSet(text: string): SetValue {
  if (text.startsWith('{')) {
    const elements = parseArray(text).map((element) => JSON.stringify(element));
    return { elements, write: (all) => formatArray(all.map((element) => parseElement(element))) };
  }
  const parsed = parseJson(text);
  if (!Array.isArray(parsed)) throw new EstateError('input.invalid', 'reading a set: it is no array');
  return { elements: parsed.map((element) => canonical(element)), write: (all) => `[${all.join(',')}]` };
}

function parseElement(text: string): string | null {
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' ? value : null;
}

function mergeSets(current: string, from: string, to: string): Merged {
  const [stands, before, after] = [readSet(current), readSet(from).elements, readSet(to).elements];
  const taken = new Set(without(before, after));
  const remaining = stands.elements.filter((element) => !taken.has(element));
  const given = without(after, before).filter((element) => !remaining.includes(element));
  return { value: stands.write([...remaining, ...given]), kept: [] };
}

function without(all: readonly string[], gone: readonly string[]): string[] {
  const set = new Set(gone);
  return all.filter((element) => !set.has(element));
}

type Json = string | boolean | null | JsonNumber | Json[] | { [name: string]: Json };
/** A number as it is written: reading it as a double would change it. */
class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ABSENT = Symbol('absent');
type Found = Json | typeof ABSENT;

function parseJson(text: string): Json {
  const keep = (_name: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value;
  // The reviver's third argument is newer than the types of the language.
  return JSON.parse(text, keep as (name: string, value: unknown) => unknown) as Json;
}

function isDocument(value: Found | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

// JSON with its names in order and its numbers as they were written.
function canonical(value: Found): string {
  if (value === ABSENT) return '';
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isDocument(value)) return JSON.stringify(value);
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

type Difference = { readonly path: readonly string[]; readonly from: Found; readonly to: Found };

// Arrays count as one value: an index means another element as soon as somebody adds one.
function diffPaths(from: Found, to: Found, path: readonly string[] = []): Difference[] {
  if (isDocument(from) && isDocument(to)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].flatMap((name) =>
      diffPaths(from[name] ?? absent(from, name), to[name] ?? absent(to, name), [...path, name]),
    );
  }
  return canonical(from) === canonical(to) ? [] : [{ path, from, to }];
}

function absent(document: { [name: string]: Json }, name: string): Found {
  return Object.hasOwn(document, name) ? (document[name] ?? null) : ABSENT;
}

function mergeDocuments(current: string, from: string, to: string): Merged {
  const document = parseJson(current);
  const kept: string[] = [];
  for (const difference of diffPaths(parseJson(from), parseJson(to))) {
    if (!isDocument(document) || canonical(readAt(document, difference.path)) !== canonical(difference.from)) {
      kept.push(JSON.stringify(difference.path));
    } else if (!writeAt(document, difference.path, difference.to)) kept.push(JSON.stringify(difference.path));
  }
  return { value: canonical(document), kept };
}

function readAt(document: Json, path: readonly string[]): Found {
  let at: Found = document;
  for (const name of path) {
    if (!isDocument(at) || !Object.hasOwn(at, name)) return ABSENT;
    at = at[name] ?? null;
  }
  return at;
}

function writeAt(document: Json, path: readonly string[], value: Found): boolean {
  const parent = readAt(document, path.slice(0, -1));
  const name = path.at(-1);
  if (!isDocument(parent) || name === undefined) return false;
  if (value === ABSENT) delete parent[name];
  else Object.defineProperty(parent, name, { value, writable: true, enumerable: true, configurable: true });
  return true;
}

function copyPath(from: Json, to: Json, path: readonly string[]): void {
  writeAt(to, path, readAt(from, path));
}

function readPath(part: string): string[] {
  const value: unknown = JSON.parse(part);
  return Array.isArray(value) ? value.map(String) : [];
}
