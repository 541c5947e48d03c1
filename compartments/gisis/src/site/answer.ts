import { EstateError } from '@bulkhead/kernel';
import { type CompartmentContext, type Html, isLanguage } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { viewerOf } from '#sight/viewer.rules.ts';
import type { Site, Visit } from './site.rules.ts';

/** Who looks at which page, in which language. */
export function visitOf(c: CompartmentContext, site: Site): Visit {
  const asked = c.req.query('lang');
  const url = new URL(c.req.url);
  url.searchParams.delete('lang');
  return {
    site,
    viewer: viewerOf(c.var.claims),
    language: c.var.language,
    asked: isLanguage(asked) ? asked : null,
    at: `${url.pathname}${url.search}`,
  };
}

/**
 * The module that an address names.
 * @throws EstateError `request.not_found`
 */
export function moduleOf(site: Site, name: string): Module {
  const module = site.modules.get(name);
  if (module) return module;
  throw new EstateError('request.not_found', 'finding a module: there is none of this name');
}

export function answerPage(c: CompartmentContext, made: Html, status: 200 | 409 | 422 = 200): Response {
  c.header('content-language', c.var.language);
  return c.html(made.toString(), status);
}
