import type { CompartmentManifest } from '@bulkhead/contracts';
import type { ErrorCode } from '@bulkhead/kernel';
import type { CompartmentContext } from './compartment-env.ts';
import { errorTitle } from './error-page.ts';
import type { ErrorStatus } from './error-table.ts';

/** What is wrong at one place of a JSON body, which the pointer names (RFC 6901, as a fragment): `#/texts/fr/title`. */
export type ProblemFault = { readonly pointer: string; readonly detail: string };

export type Problem = {
  readonly status: ErrorStatus;
  readonly code: ErrorCode | 'unknown';
  /** A sentence for the person behind the program, in the language that it asks for. */
  readonly detail: string;
  readonly errors?: readonly ProblemFault[];
  /** Members of this kind of problem alone (RFC 9457, 3.2). */
  readonly more?: Readonly<Record<string, unknown>>;
};

/** Tells a program what is wrong (RFC 9457). */
export function answerProblem(c: CompartmentContext, { status, code, detail, errors, more }: Problem): Response {
  const { language, requestId } = c.var;
  const problem = { ...more, type: 'about:blank', title: errorTitle(status, language), status, detail, code, requestId };
  const headers = { 'content-type': 'application/problem+json; charset=utf-8', 'content-language': language };
  return c.body(JSON.stringify(errors ? { ...problem, errors } : problem), status, headers);
}

/** Whether it is a program that asks: its route is for programs only. */
export function isAskedBySoftware(c: CompartmentContext, manifest: Pick<CompartmentManifest, 'routes'>): boolean {
  // Not there when the request was refused before its token was read.
  const claims: { readonly route: string } | undefined = c.var.claims;
  return manifest.routes.some((route) => route.id === claims?.route && route.callers === 'software');
}
