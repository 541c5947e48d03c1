import { z } from 'zod';
import { isArticleLink } from '#prose/prose.rules.ts';
import { isTimeZone } from '#schedule/local-time.rules.ts';
import { KINDS, type Kind } from './kind.rules.ts';

export const DETAIL_LIMITS = { blocks: 20, redirects: 1000, listed: 30, path: 150 } as const;

/** A part of a home or section page. What a list shows is chosen anew with every edition. */
const idSchema = z.number().int().positive().max(2_147_483_647);
const countSchema = z.number().int().min(1).max(DETAIL_LIMITS.listed);
const pageBlockSchema = z.discriminatedUnion('kind', [
  /** One article, large; without a name the newest. */
  z.strictObject({ kind: z.literal('lead'), article: idSchema.nullable() }),
  /** The newest of some kinds (all news if none is named), of a topic, of a body. */
  z.strictObject({
    kind: z.literal('latest'),
    kinds: z.array(z.enum(KINDS)).max(KINDS.length),
    topic: idSchema.nullable(),
    body: idSchema.nullable(),
    count: countSchema,
  }),
  /** Events that are not over, the next first. */
  z.strictObject({ kind: z.literal('events'), topic: idSchema.nullable(), body: idSchema.nullable(), count: countSchema }),
  /** The page's own text. */
  z.strictObject({ kind: z.literal('text') }),
  /** Pages to go to, in this order. */
  z.strictObject({ kind: z.literal('links'), articles: z.array(idSchema).min(1).max(DETAIL_LIMITS.listed) }),
  z.strictObject({ kind: z.literal('contact'), contact: idSchema }),
]);
export type PageBlock = z.infer<typeof pageBlockSchema>;

/** `about`, `media/accreditation`: the part of a page's address between the language and its own end. */
export const PAGE_PATH = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*(?:\/[a-z0-9]+(?:-[a-z0-9]+)*){0,4})?$/;
/** First parts of addresses that other pages of the site have. */
export const RESERVED_PARTS: readonly string[] = [
  'news',
  'events',
  'topics',
  'bodies',
  'search',
  'feeds',
  'page',
  '404',
  'pictures',
  'assets',
];

const instantSchema = z.iso.datetime();
const hrefSchema = z
  .string()
  .refine((href) => href === '' || (isArticleLink(href) && !href.startsWith('mailto:')), 'is no address');
/** A path on this site, whole; it may have signs that other software put into its addresses. */
const OLD_PATH = /^\/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}){0,400}$/;

export const eventTimesSchema = z
  .strictObject({
    startsAt: instantSchema,
    endsAt: instantSchema,
    zone: z.string().refine(isTimeZone, 'is no time zone'),
    online: hrefSchema,
  })
  .refine((event) => event.endsAt >= event.startsAt, 'ends before it begins');
export type EventTimes = z.infer<typeof eventTimesSchema>;

/** How to reach those who answer for something: a role, never a person. */
export const contactSchema = z
  .strictObject({
    email: z
      .string()
      .regex(/^(?:[\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+)?$/i, 'is no address')
      .max(200),
    phone: z.string().regex(/^(?:\+[0-9 ()-]{5,30})?$/, 'is no number'),
    href: hrefSchema,
  })
  .refine((contact) => contact.email !== '' || contact.phone !== '' || contact.href !== '', 'says no way');
export type Contact = z.infer<typeof contactSchema>;

export const redirectSchema = z.strictObject({
  from: z
    .string()
    .regex(OLD_PATH, 'is no path of this site')
    .refine((path) => !path.startsWith('//'), 'is no path of this site'),
  to: z.string().refine((href) => /^\/(?!\/)/.test(href) && isArticleLink(href), 'is no path of this site'),
});
export type Redirect = z.infer<typeof redirectSchema>;

/** What only articles of its kind have. */
export const detailsSchema = z.strictObject({
  event: eventTimesSchema.optional(),
  path: z.string().max(DETAIL_LIMITS.path).regex(PAGE_PATH, 'is no path').optional(),
  blocks: z.array(pageBlockSchema).max(DETAIL_LIMITS.blocks).optional(),
  contact: contactSchema.optional(),
  redirects: z.array(redirectSchema).max(DETAIL_LIMITS.redirects).optional(),
});
export type Details = z.infer<typeof detailsSchema>;

const HAS: Readonly<Record<keyof Details, readonly Kind[]>> = {
  event: ['event', 'meeting-summary'],
  path: ['page', 'section', 'accreditation'],
  blocks: ['home', 'section'],
  contact: ['contact'],
  redirects: ['redirects'],
};

/** Whether articles of a kind have such a detail. */
export function hasDetail(kind: Kind, detail: keyof Details): boolean {
  return HAS[detail].includes(kind);
}

/** Details that articles of a kind have; others are dropped. */
export function detailsOf(kind: Kind, details: Details): Details {
  return Object.fromEntries(
    Object.entries(details).filter(([name, value]) => isDetail(name) && value !== undefined && hasDetail(kind, name)),
  );
}

function isDetail(name: string): name is keyof Details {
  return name in HAS;
}

/** Whether what takes place is over; what takes no time never is. */
export function isOver({ event }: Details, now: Date): boolean {
  return event !== undefined && Date.parse(event.endsAt) <= now.getTime();
}
