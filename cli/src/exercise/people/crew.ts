import type { Snapshot } from '../rows.store.ts';
import type { AtWork } from './at-work.ts';

/** Honest people at work in one compartment, as an exercise leads them, whatever they work on. */
export type Crew = {
  readonly atWork: AtWork;
  /** Whoever was signed out signs in anew, as soon as the compartment answers. */
  readonly letIn: () => Promise<void>;
  /** Somebody writes something with a text by which history finds it; @returns the text, undefined when it was refused */
  readonly leaveNote: (name: string) => Promise<string | undefined>;
  /** All rows, without what differs between two runs of one story. */
  readonly readRows: () => Promise<Snapshot>;
};
