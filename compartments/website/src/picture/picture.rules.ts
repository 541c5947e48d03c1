/** What an upload, and every file that is made of it, is at most. */
export const PICTURE_LIMIT_BYTES = 5 * 1024 * 1024;
