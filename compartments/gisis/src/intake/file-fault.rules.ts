import type { IntakeWord } from './intake.words.ts';

/** Why a file cannot be read, as one of our sentences. */
export type FileFault = { readonly word: IntakeWord; readonly holes: Readonly<Record<string, string | number>> };

/** Thrown where a file turns out to be unreadable, and caught where its reading began. */
export class UnreadableFile extends Error {
  readonly fault: FileFault;

  constructor(word: IntakeWord, holes: FileFault['holes'] = {}) {
    super(`reading a file that was sent: ${word}`);
    this.fault = { word, holes };
  }
}
