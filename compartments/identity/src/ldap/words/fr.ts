import type { LdapWords } from './en.ts';

export const fr: LdapWords = {
  signInTitle: 'Se connecter avec votre compte chez {name}',
  signInLead: 'Votre mot de passe est transmis à l’annuaire de {name} et n’est conservé nulle part ici.',
  typedName: 'Votre identifiant là-bas',
  typedNameHint: 'Celui avec lequel vous vous connectez dans votre organisation.',
  password: 'Votre mot de passe là-bas',
  signIn: 'Se connecter',
  refused: '{name} ne connaît pas cet identifiant avec ce mot de passe. Vérifiez les deux et réessayez.',
  otherWays: 'Se connecter autrement',
  directories: 'Annuaires (LDAP)',
  directoriesLead:
    'Annuaires des organisations, par lesquels les membres de leur délégation se connectent avec le mot de passe qu’ils y ont.',
  newDirectory: 'Ajouter un annuaire',
  idHint: 'Minuscules, chiffres et traits d’union.',
  url: 'Serveur',
  urlHint: 'ldaps://ldap.example.org, ou ldap://ldap.example.org pour StartTLS. Rien ne lui est jamais dit sans TLS.',
  urlFault:
    'Cette adresse ne peut pas être interrogée. Écrivez ldaps:// ou ldap:// et le nom du serveur, avec son port si ce n’est pas 636 ou 389. Un serveur d’un réseau interne doit d’abord figurer dans bulkhead.json.',
  certificates: 'Certificat',
  certificatesHint:
    'En PEM : celui de l’autorité qui a émis le certificat du serveur, ou celui du serveur. Laissez vide pour une autorité publique.',
  certificatesFault:
    'Illisible. Collez des certificats entiers, chacun de « -----BEGIN CERTIFICATE----- » à « -----END CERTIFICATE----- », et rien d’autre.',
  way: 'Comment un identifiant devient une entrée',
  waySearch: 'Un compte à nous, là-bas, la cherche',
  wayTemplate: 'L’identifiant figure dans le DN',
  bindDn: 'DN de notre compte là-bas',
  bindDnHint: 'Seulement pour chercher. Qu’il lise les personnes et les groupes, et rien d’autre.',
  secret: 'Mot de passe de notre compte là-bas',
  secretHint:
    'Seulement pour chercher. Conservé scellé, jamais affiché. Laissez vide pour garder l’actuel ; un autre serveur, certificat ou compte en demande un nouveau.',
  secretFault: 'Saisissez le mot de passe de notre compte là-bas.',
  base: 'Où chercher les personnes',
  baseHint: 'Seulement pour chercher, par exemple ou=people,dc=example,dc=org.',
  dnFault: 'Ce n’est pas un DN. Écrivez par exemple ou=people,dc=example,dc=org.',
  dnTemplate: 'DN contenant l’identifiant',
  dnTemplateHint: 'Seulement si l’identifiant figure dans le DN : uid={name},ou=people,dc=example,dc=org.',
  dnTemplateFault: 'Écrivez un DN dont {name} est une valeur entière : uid={name},ou=people,dc=example,dc=org.',
  filter: 'Filtre',
  filterHint:
    'Qui n’y correspond pas n’entre pas. Indiquez ici ce qui distingue les partants : (&(uid={name})(!(employeeType=left))).',
  filterFault: 'Ce filtre est illisible. Écrivez-en un entre parenthèses dont {name} est une valeur : (uid={name}).',
  subjectAttribute: 'Attribut qui ne change jamais',
  subjectAttributeHint:
    'Les personnes sont connues par lui, quel que soit leur nom : entryUUID, ou objectGUID dans Active Directory.',
  nameAttribute: 'Attribut du nom à afficher',
  mailAttribute: 'Attribut de l’adresse',
  groupAttribute: 'Attribut des groupes',
  attributeFault: 'Écrivez le nom d’un attribut : lettres, chiffres et traits d’union.',
  groupBase: 'Où chercher les groupes',
  groupBaseHint:
    'Seulement si les entrées ne nomment pas leurs groupes : ils sont alors cherchés ici par member et uniqueMember.',
  emailDomainsHint:
    'Par exemple example.org. Vous garantissez que l’organisation est seule à inscrire des adresses de ces domaines dans l’annuaire. Qui pourrait y en inscrire une autre serait connecté au compte de cette adresse.',
  emailDomainsFault: 'Écrivez des domaines tels que example.org, un au moins et vingt au plus.',
  roleMapHint:
    'Un par ligne : DN d’un groupe = compartment/role. Seul ce que la délégation détient est donné ; jamais de rôle sur les comptes.',
  roleMapFault:
    'Une ligne est illisible ou nomme un rôle qui ne peut pas être donné. Écrivez : cn=press,ou=groups,dc=example,dc=org = website/editor',
  tryNow: 'Interroger l’annuaire maintenant',
  tryFine: 'L’annuaire répond comme il faut.',
  faultUnreachable: 'Le serveur ne répond pas. Vérifiez son nom, son port et le chemin qui y mène.',
  faultNoTls: 'Le serveur ne parle pas TLS à cet endroit. Utilisez ldaps:// avec son port, ou activez-y StartTLS.',
  faultCertificate:
    'Le certificat présenté ne mène pas à celui donné ici, a expiré ou porte un autre nom. Corrigez le certificat ici ou là-bas.',
  faultAddress: 'Le nom mène à une adresse interne. Si c’est voulu, inscrivez d’abord le serveur dans bulkhead.json.',
  faultSecret: 'Saisissez de nouveau le mot de passe de notre compte là-bas.',
  faultBind: 'Le serveur n’accepte pas le DN et le mot de passe de notre compte. Corrigez-les.',
  faultBase:
    'Le serveur n’a pas l’endroit où chercher les personnes, ou ne le montre pas à notre compte. Corrigez l’un ou l’autre.',
};
