import { z } from 'zod';

/** What the darkroom makes of an upload. Sizes are in pixels. */
const DEVELOPED_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/avif'] as const;
export const UPLOAD_LIMIT_BYTES = 5 * 1024 * 1024;
/** Every picture that is kept is at most so large. */
export const KEPT_LIMIT_BYTES = 5 * 1024 * 1024;
/** 40 megapixels: beyond, a file of few bytes could fill the memory when it is opened. */
export const PIXEL_LIMIT = 40_000_000;
/** The longest side of what is kept. */
export const LONGEST_SIDE = 2000;
/** Widths in which it is offered to browsers, as far as the picture has them. */
export const WIDTHS = [480, 960, 1600] as const;

const developedFileSchema = z.strictObject({
  mediaType: z.enum(DEVELOPED_TYPES),
  width: z.number().int().min(1).max(4000),
  height: z.number().int().min(1).max(4000),
  base64: z.base64().max((KEPT_LIMIT_BYTES * 4) / 3 + 4),
});
/** A picture made anew, without anything but its pixels, and the same in other widths and formats. */
export const developedSchema = z.strictObject({
  main: developedFileSchema.extend({ mediaType: z.enum(['image/png', 'image/jpeg', 'image/webp']) }),
  renditions: z.array(developedFileSchema).max(20),
});
export type Developed = z.infer<typeof developedSchema>;
export type DevelopedFile = z.infer<typeof developedFileSchema>;

/** The widths to make of a picture: those below its own, and its own if it is narrower than all. */
export function widthsFor(width: number): number[] {
  const below = WIDTHS.filter((each) => each < width);
  return width <= (WIDTHS.at(-1) ?? 0) ? [...below, width] : below;
}
