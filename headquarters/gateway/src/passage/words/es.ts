import type { GatewayWords } from './en.ts';

export const es: GatewayWords = {
  sealedTitle: '«{service}» está cerrado: lo hemos aislado',
  restoringTitle: '«{service}» está cerrado: se está restaurando',
  verifyingTitle: '«{service}» está cerrado: se está comprobando',
  sealedLead:
    'Hemos cerrado este servicio nosotros mismos para que lo que falla en él no pueda extenderse. Solo volverá a abrirse después de restaurarlo y comprobarlo.',
  stepContained: 'Aislado',
  stepRestoring: 'En restauración',
  stepVerifying: 'En comprobación',
  stepOpen: 'Abierto de nuevo',
  stepNow: 'ahora',
  stepsLabel: 'El camino de vuelta',
  whatIsClosed: 'Qué está cerrado',
  closedBy: 'Cerrado por',
  closedByUs: 'nosotros, {organisation}, a propósito',
  since: 'Desde',
  nextUpdate: 'Próxima información',
  nextUpdateOpen: 'en cuanto haya novedades, en la página de estado',
  notAffected: 'Qué no está afectado',
  publicPagesNote: 'Las páginas públicas se pueden seguir leyendo: proceden de la última edición firmada.',
  stillOpen: 'abierto',
  readOnly: 'solo lectura',
  whatAboutMine: '¿Y lo que yo envié?',
  whatAboutMineText:
    'Lo que se le confirmó antes del cierre se conserva también en un segundo lugar. Si algo no se le confirmó, compruebe después de la reapertura si está antes de enviarlo de nuevo.',
  toStatus: 'Ir a la página de estado',
  hullLabel: 'Un buque con compartimentos estancos: uno está aislado, los demás están secos.',
  requestNumber: 'Número de la solicitud',
  signInAgain: 'Iniciar sesión',
  cannotTitle: 'No se puede completar la solicitud',
  laterTitle: 'No disponible en este momento',
  readOnlyTitle: 'Solo lectura en este momento',
  notFoundTitle: 'Página no encontrada',
  signInTitle: 'Inicie sesión',
  faultTitle: 'Se ha producido un error',
  malformed:
    'La solicitud podía entenderse de más de una manera, por lo que se rechazó. Vuelva atrás, compruebe la dirección e inténtelo de nuevo.',
  misdirected: 'Ninguno de nuestros sitios se encuentra en esta dirección. Compruebe el nombre del servidor.',
  tooLong: 'La dirección o los encabezados de la solicitud son demasiado largos.',
  notFound: 'Esta página no existe. Compruebe la dirección.',
  wrongMethod: 'Esta dirección no se puede utilizar de este modo.',
  unauthenticated:
    'No ha iniciado sesión o su sesión ha terminado. No se ha transmitido nada de lo que envió. Inicie sesión y envíelo de nuevo.',
  forbidden: 'Su cuenta no permite esta acción. Diríjase a un administrador si la necesita.',
  crossSite:
    'Esta solicitud no procede de una página de este sitio, por lo que se rechazó. Abra la página aquí e inténtelo de nuevo.',
  tooMany: 'Ha habido demasiadas solicitudes en poco tiempo. Espere un poco e inténtelo de nuevo.',
  timedOut: 'Lo que envió llegó con demasiada lentitud y no se transmitió. Inténtelo de nuevo.',
  tooLarge:
    'Lo que envió es demasiado grande para esta dirección. No se ha guardado nada. Envíe menos datos o un archivo más pequeño.',
  diskFull:
    'En este momento no hay espacio para recibir esto. No cuente con que se haya guardado; un administrador debe liberar espacio.',
  unreachable: 'Este servicio no responde en este momento. Si había enviado algo, compruebe si está antes de enviarlo de nuevo.',
  inDoubt:
    'No es seguro que esto se haya guardado: el servicio se cerró, o no respondió, mientras lo procesaba. Compruebe si está antes de enviarlo de nuevo.',
  readOnlyText:
    'En este momento el servicio se puede consultar, pero no modificar. No se ha guardado nada de lo que envió. La página de estado ofrece más información.',
  leaseOut:
    'Lo que se guarda aquí debe conservarse también en un segundo lugar, y en este momento no es posible comunicar con él. Por eso no se puede modificar nada; la lectura continúa. No se ha guardado nada de lo que envió.',
  elsewhereTitle: 'Servido desde nuestra segunda sede',
  elsewhere:
    'Estos servicios no se prestan desde aquí en este momento: los ofrecemos desde nuestra segunda sede. No se ha transmitido nada de lo que envió. La página de estado indica dónde continuar.',
  notYet:
    'Las páginas públicas de este sitio se están recibiendo y verificando. Las páginas sin verificar no se muestran. Inténtelo de nuevo en un momento.',
  sessionEndedTitle: 'Hemos terminado su sesión',
  addressBlockedTitle: 'Su red se rechaza aquí por el momento',
  closedFunctionTitle: 'Esta función está cerrada por el momento',
  sessionStale:
    'Lo que ha pedido requiere un inicio de sesión de los últimos diez minutos. Vuelva atrás, recargue la página del formulario, confirme que es usted y envíe el formulario de nuevo.',
  sessionEnded:
    'Hemos terminado su sesión nosotros mismos, por precaución: alguien pudo haberla utilizado. Usted no ha hecho nada malo. Nada de lo que envió se transmitió. Vuelva a iniciar sesión y continúe.',
  routeClosed:
    'Hemos cerrado esta función nosotros mismos tras un ataque, hasta que sea segura. El resto del servicio funciona. Nada de lo que envió se guardó. La página de estado dice más.',
  addressBlocked:
    'Por el momento se rechazan aquí las solicitudes de su red, porque de ella partió un ataque. Nada de lo que envió se transmitió. Si necesita acceso, indíquenos el número que figura abajo.',
  apiTokenTitle: 'Token de API',
  apiTokenMissing:
    'Esta dirección es para programas. Envíe un token de API personal en la cabecera «Authorization: Bearer …»; aquí las cookies no cuentan.',
  apiTokenRefused:
    'Este token de API no se conoce, ha caducado o se ha terminado. Cree uno nuevo en la página de sus tokens de API.',
  apiTokenInAddress:
    'En la dirección figuraba un token de API, y las direcciones quedan en los registros. No se ha utilizado. Termínelo, cree uno nuevo y envíelo en la cabecera «Authorization».',
  apiTokenReadOnly: 'Este token de API es solo de lectura. No se ha cambiado nada. Cree uno que también pueda escribir.',
  apiTokenOutOfScope:
    'Este token de API no lleva ninguno de los roles necesarios, o su titular ya no los tiene. Cree un token con uno de esos roles.',
  signInExpired:
    'No se pudo completar este inicio de sesión: tardó demasiado, se inició en otro navegador o ya se utilizó. Comience de nuevo.',
  signInUnreachable:
    'En este momento no se puede iniciar sesión. Hasta que se pueda, nadie se considera identificado. Las páginas públicas no están afectadas.',
  fault:
    'Se ha producido un error por nuestra parte y ha quedado registrado. Inténtelo de nuevo; si se repite, indíquenos el número siguiente.',
};
