export const en = {
  signInTitle: 'Sign in with your account at {name}',
  signInLead: 'Your password goes to the directory of {name}, and is kept nowhere here.',
  typedName: 'Your name there',
  typedNameHint: 'As you sign in at your organisation.',
  password: 'Your password there',
  signIn: 'Sign in',
  refused: '{name} does not know this name with this password. Check both, and try again.',
  otherWays: 'Sign in in another way',
  directories: 'Directories (LDAP)',
  directoriesLead: 'Directories of organisations, in which the people of their delegation sign in with their password there.',
  newDirectory: 'Add a directory',
  idHint: 'Small letters, digits and hyphens.',
  url: 'Server',
  urlHint: 'ldaps://ldap.example.org, or ldap://ldap.example.org for StartTLS. Nothing is ever said to it without TLS.',
  urlFault:
    'This is no address that can be asked. Write ldaps:// or ldap:// and the name of the server, with its port if it is not 636 or 389. A server in an inner network must be named in bulkhead.json first.',
  certificates: 'Certificate',
  certificatesHint:
    'In PEM: of the authority that made the server’s certificate, or the server’s own. Leave it empty for a public authority.',
  certificatesFault:
    'This cannot be read. Paste whole certificates, each from “-----BEGIN CERTIFICATE-----” to “-----END CERTIFICATE-----”, and nothing else.',
  way: 'How a name becomes an entry',
  waySearch: 'An account of ours there looks for it',
  wayTemplate: 'The name stands in the DN',
  bindDn: 'DN of our account there',
  bindDnHint: 'Only for looking. Let it read people and groups, and nothing else.',
  secret: 'Password of our account there',
  secretHint:
    'Only for looking. Kept sealed, and never shown. Leave it empty to keep the present one; another server, certificate or account needs it anew.',
  secretFault: 'Enter the password of our account there.',
  base: 'Where people are looked for',
  baseHint: 'Only for looking, such as ou=people,dc=example,dc=org.',
  dnFault: 'This is no DN. Write one such as ou=people,dc=example,dc=org.',
  dnTemplate: 'DN with the name in it',
  dnTemplateHint: 'Only if the name stands in the DN: uid={name},ou=people,dc=example,dc=org.',
  dnTemplateFault: 'Write a DN in which {name} is the whole of one value: uid={name},ou=people,dc=example,dc=org.',
  filter: 'Filter',
  filterHint: 'Whom it does not match is not let in. Name here what tells leavers: (&(uid={name})(!(employeeType=left))).',
  filterFault: 'This filter cannot be read. Write one in brackets in which {name} is a value: (uid={name}).',
  subjectAttribute: 'Attribute that never changes',
  subjectAttributeHint: 'People are known by it, whatever their name becomes: entryUUID, or objectGUID in Active Directory.',
  nameAttribute: 'Attribute with the name to show',
  mailAttribute: 'Attribute with the address',
  groupAttribute: 'Attribute with the groups',
  attributeFault: 'Write the name of one attribute: letters, digits and hyphens.',
  groupBase: 'Where groups are looked for',
  groupBaseHint: 'Only if entries do not name their groups: groups are then looked for here by member and uniqueMember.',
  emailDomainsHint:
    'Such as example.org. You vouch that the organisation alone writes addresses of these into the directory. Whoever could write another one there would be signed in to the account of that address.',
  emailDomainsFault: 'Write domains such as example.org, one at least and twenty at most.',
  roleMapHint:
    'One a line: DN of a group = compartment/role. Only what the delegation holds is given; roles over accounts never.',
  roleMapFault:
    'A line cannot be read, or names a role that cannot be given. Write: cn=press,ou=groups,dc=example,dc=org = website/editor',
  tryNow: 'Ask the directory now',
  tryFine: 'The directory answers as it should.',
  faultUnreachable: 'The server does not answer. Check its name, its port and the way to it.',
  faultNoTls: 'The server does not do TLS there. Use ldaps:// with its port, or let it offer StartTLS.',
  faultCertificate:
    'The server shows a certificate that does not lead to the one given here, has run out, or is made out to another name. Correct the certificate here or there.',
  faultAddress: 'The name leads to an inner address. If that is meant, name the server in bulkhead.json first.',
  faultSecret: 'Enter the password of our account there again.',
  faultBind: 'The server does not take the DN and the password of our account there. Correct them.',
  faultBase:
    'The server does not have the place where people are looked for, or does not show it to our account. Correct the one or the other.',
} as const;

export type LdapWord = keyof typeof en;
export type LdapWords = Readonly<Record<LdapWord, string>>;
