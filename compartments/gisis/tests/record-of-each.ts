import { MODULES } from '#modules/modules.ts';

/** Puts a record into every module that has no more than what it is called by; @returns their references by module */
export async function insertOfEach(admin: { query(sql: string): Promise<unknown> }): Promise<ReadonlyMap<string, string>> {
  const references = new Map<string, string>();
  for (const { name, table, reference, workflow } of MODULES) {
    const given =
      'field' in reference
        ? { imo_number: '9074729', company_number: '0414246', facility_number: 'KEMBA-0009', locode: 'KEMBA' }[reference.field]
        : 'X-2026-0001';
    const state =
      Object.keys(workflow?.states ?? { current: '' }).find((one) => !(workflow?.unpublished ?? []).includes(one)) ?? 'reported';
    const column = 'field' in reference ? `, ${reference.field}` : '';
    const value = 'field' in reference ? `, '${given ?? ''}'` : '';
    await admin.query(`insert into ${table} (reference, state, revision, created_at, changed_at, changed_by, source${column})
      values ('${given ?? ''}', '${state}', 1, now(), now(), 'nobody', 'Test'${value})`);
    references.set(name, given ?? '');
  }
  return references;
}
