import type { LdapWords } from './en.ts';

export const es: LdapWords = {
  signInTitle: 'Iniciar sesión con su cuenta de {name}',
  signInLead: 'Su contraseña se envía al directorio de {name} y no se guarda aquí en ninguna parte.',
  typedName: 'Su nombre de usuario allí',
  typedNameHint: 'El que usa para iniciar sesión en su organización.',
  password: 'Su contraseña allí',
  signIn: 'Iniciar sesión',
  refused: '{name} no conoce este nombre con esta contraseña. Compruebe ambos e inténtelo de nuevo.',
  otherWays: 'Iniciar sesión de otro modo',
  directories: 'Directorios (LDAP)',
  directoriesLead:
    'Directorios de organizaciones, con los que las personas de su delegación inician sesión con la contraseña que tienen allí.',
  newDirectory: 'Añadir un directorio',
  idHint: 'Minúsculas, cifras y guiones.',
  url: 'Servidor',
  urlHint: 'ldaps://ldap.example.org, o ldap://ldap.example.org para StartTLS. Nunca se le dice nada sin TLS.',
  urlFault:
    'Esta dirección no se puede consultar. Escriba ldaps:// o ldap:// y el nombre del servidor, con su puerto si no es 636 o 389. Un servidor de una red interna debe figurar antes en bulkhead.json.',
  certificates: 'Certificado',
  certificatesHint:
    'En PEM: el de la autoridad que emitió el certificado del servidor, o el del propio servidor. Déjelo vacío para una autoridad pública.',
  certificatesFault:
    'No se puede leer. Pegue certificados enteros, cada uno desde «-----BEGIN CERTIFICATE-----» hasta «-----END CERTIFICATE-----», y nada más.',
  way: 'Cómo un nombre lleva a una entrada',
  waySearch: 'Una cuenta nuestra la busca allí',
  wayTemplate: 'El nombre figura en el DN',
  bindDn: 'DN de nuestra cuenta allí',
  bindDnHint: 'Solo para buscar. Que lea personas y grupos, y nada más.',
  secret: 'Contraseña de nuestra cuenta allí',
  secretHint:
    'Solo para buscar. Se guarda sellada y nunca se muestra. Déjela vacía para conservar la actual; otro servidor, certificado o cuenta la pide de nuevo.',
  secretFault: 'Escriba la contraseña de nuestra cuenta allí.',
  base: 'Dónde se busca a las personas',
  baseHint: 'Solo para buscar, por ejemplo ou=people,dc=example,dc=org.',
  dnFault: 'No es un DN. Escriba uno como ou=people,dc=example,dc=org.',
  dnTemplate: 'DN con el nombre dentro',
  dnTemplateHint: 'Solo si el nombre figura en el DN: uid={name},ou=people,dc=example,dc=org.',
  dnTemplateFault: 'Escriba un DN en el que {name} sea un valor entero: uid={name},ou=people,dc=example,dc=org.',
  filter: 'Filtro',
  filterHint:
    'Quien no coincide no entra. Indique aquí lo que distingue a quienes se fueron: (&(uid={name})(!(employeeType=left))).',
  filterFault: 'Este filtro no se puede leer. Escriba uno entre paréntesis en el que {name} sea un valor: (uid={name}).',
  subjectAttribute: 'Atributo que nunca cambia',
  subjectAttributeHint:
    'Por él se conoce a las personas, cambie como cambie su nombre: entryUUID, u objectGUID en Active Directory.',
  nameAttribute: 'Atributo con el nombre que se muestra',
  mailAttribute: 'Atributo con la dirección',
  groupAttribute: 'Atributo con los grupos',
  attributeFault: 'Escriba el nombre de un atributo: letras, cifras y guiones.',
  groupBase: 'Dónde se buscan los grupos',
  groupBaseHint: 'Solo si las entradas no nombran sus grupos: entonces se buscan aquí por member y uniqueMember.',
  emailDomainsHint:
    'Por ejemplo example.org. Usted garantiza que solo la organización escribe direcciones de estos dominios en el directorio. Quien pudiera escribir otra allí iniciaría sesión en la cuenta de esa dirección.',
  emailDomainsFault: 'Escriba dominios como example.org, uno al menos y veinte como máximo.',
  roleMapHint:
    'Una por línea: DN de un grupo = compartment/role. Solo se da lo que tiene la delegación; nunca funciones sobre cuentas.',
  roleMapFault:
    'Una línea no se puede leer o nombra una función que no se puede dar. Escriba: cn=press,ou=groups,dc=example,dc=org = website/editor',
  tryNow: 'Consultar el directorio ahora',
  tryFine: 'El directorio responde como debe.',
  faultUnreachable: 'El servidor no responde. Compruebe su nombre, su puerto y el camino hasta él.',
  faultNoTls: 'El servidor no usa TLS ahí. Use ldaps:// con su puerto, o active StartTLS en él.',
  faultCertificate:
    'El servidor muestra un certificado que no lleva al indicado aquí, ha caducado o es de otro nombre. Corrija el certificado aquí o allí.',
  faultAddress: 'El nombre lleva a una dirección interna. Si es lo que se quiere, indique antes el servidor en bulkhead.json.',
  faultSecret: 'Escriba de nuevo la contraseña de nuestra cuenta allí.',
  faultBind: 'El servidor no acepta el DN y la contraseña de nuestra cuenta. Corríjalos.',
  faultBase:
    'El servidor no tiene el lugar donde se busca a las personas, o no lo muestra a nuestra cuenta. Corrija lo uno o lo otro.',
};
