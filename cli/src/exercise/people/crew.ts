import type { Snapshot } from '../rows.store.ts';
import type { HonestRequest } from './people.ts';

/** Honest people at work in one compartment, as an exercise leads them, whatever they work on. */
export type Crew = {
  /** So far. */
  readonly count: {
    readonly acknowledged: readonly HonestRequest[];
    readonly refused: number;
    readonly inDoubt: ReadonlySet<string>;
  };
  /** Everybody finishes what is under way, and waits. */
  readonly pause: () => Promise<void>;
  readonly goOn: () => void;
  /** Whoever was signed out signs in anew, as soon as the compartment answers. */
  readonly letIn: () => Promise<void>;
  /** Somebody writes something with a text by which history finds it; @returns the text, undefined when it was refused */
  readonly leaveNote: (name: string) => Promise<string | undefined>;
  /** All rows, without what differs between two runs of one story. */
  readonly readRows: () => Promise<Snapshot>;
};
