import type { Actor, Told, Workflow } from '#declaration/module.rules.ts';

/** The life of what a State tells the Organization and may take back: it holds from the moment that it is told. */
export function notified(by: readonly Actor[], tells: readonly Told[] = ['secretariat']): Workflow {
  return {
    states: { current: 'Current', withdrawn: 'Withdrawn' },
    acts: {
      withdraw: { title: 'Withdraw', from: ['current'], to: 'withdrawn', by, tells },
      restore: { title: 'Restore', from: ['withdrawn'], to: 'current', by, tells },
    },
  };
}

/** The life of what is drafted, seen by its State and the Secretariat alone until it is published. */
export function published(by: readonly Actor[], tells: readonly Told[] = ['secretariat']): Workflow {
  return {
    states: { draft: 'Draft', published: 'Published', withdrawn: 'Withdrawn' },
    unpublished: ['draft'],
    acts: {
      publish: { title: 'Publish', from: ['draft'], to: 'published', by, tells },
      withdraw: { title: 'Withdraw', from: ['published'], to: 'withdrawn', by, tells },
    },
  };
}
