import { createHash } from 'node:crypto';
import type { Language } from '@bulkhead/contracts';
import { writeTotpSecret } from '#totp/totp.rules.ts';

/** An account of a sample estate. Its secrets are public: they are derived from its name, and anybody can derive them. */
export type SampleAccount = {
  readonly email: string;
  readonly displayName: string;
  readonly language: Language;
  readonly password: string;
  /** Base32, for an authenticator. */
  readonly totpSecret: string;
  /** The code of the delegation it belongs to. */
  readonly delegation: string;
  /** Compartment → roles. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
};

function sampleAccount(
  name: string,
  displayName: string,
  roles: Readonly<Record<string, readonly string[]>>,
  delegation = 'PIS',
): SampleAccount {
  const seed = createHash('sha256').update(`bulkhead sample account ${name}`).digest();
  return {
    email: `${name}@sample.invalid`,
    displayName,
    language: 'en',
    password: `calm-sea-${name}-${seed.readUInt32BE(24).toString(36)}`,
    totpSecret: writeTotpSecret(seed.subarray(0, 20)),
    delegation,
    roles,
  };
}

/**
 * One account for each role, a second editor, as two people must approve what is published, a delegate without a role, and as many
 * port officers as keep a registry busy.
 */
export const SAMPLE_ACCOUNTS: readonly SampleAccount[] = [
  sampleAccount('administrator', 'Administrator (sample)', { identity: ['administrator'] }, 'SEC'),
  sampleAccount('editor', 'Editor (sample)', { website: ['editor'] }),
  sampleAccount('reviewer', 'Reviewer (sample)', { website: ['reviewer'] }),
  sampleAccount('author', 'Second editor (sample)', { website: ['editor'] }),
  sampleAccount('delegation', 'Administrator of a delegation (sample)', { identity: ['delegation-administrator'] }, 'KEN'),
  sampleAccount('delegate', 'Delegate (sample)', {}, 'KEN'),
  sampleAccount('secretariat', 'Registry of the Secretariat (sample)', { gisis: ['secretariat'] }, 'SEC'),
  sampleAccount('supplier', 'Supplier of ship data (sample)', { gisis: ['data-supplier'] }, 'SEC'),
  sampleAccount(
    'registrar',
    'Registrar of Kenya (sample)',
    {
      gisis: [
        'piracy-officer',
        'contact-point-officer',
        'maritime-security-officer',
        'reception-facility-officer',
        'ship-officer',
      ],
    },
    'KEN',
  ),
  sampleAccount(
    'surveyor',
    'Surveyor of a society (sample)',
    { gisis: ['fuel-consumption-officer', 'annex-vi-officer', 'survey-officer'] },
    'SOCIETY',
  ),
  sampleAccount('harbour', 'Port officer of Kenya (sample)', { gisis: ['maritime-security-officer'] }, 'KEN'),
  sampleAccount('inspector', 'Second port officer of Kenya (sample)', { gisis: ['maritime-security-officer'] }, 'KEN'),
  ...['Kilifi', 'Lamu', 'Malindi', 'Vanga'].map((port) =>
    sampleAccount(port.toLowerCase(), `Port officer of ${port} (sample)`, { gisis: ['maritime-security-officer'] }, 'KEN'),
  ),
];
