import type { GatewayWords } from './en.ts';

export const fr: GatewayWords = {
  sealedTitle: '« {service} » est fermé : nous l’avons isolé',
  restoringTitle: '« {service} » est fermé : restauration en cours',
  verifyingTitle: '« {service} » est fermé : vérification en cours',
  sealedLead:
    'Nous avons fermé ce service nous-mêmes, afin que le problème qui le touche ne puisse pas se propager. Il ne rouvrira qu’après avoir été restauré et vérifié.',
  stepContained: 'Isolé',
  stepRestoring: 'En restauration',
  stepVerifying: 'En vérification',
  stepOpen: 'Rouvert',
  stepNow: 'en ce moment',
  stepsLabel: 'Les étapes du retour',
  whatIsClosed: 'Ce qui est fermé',
  closedBy: 'Fermé par',
  closedByUs: 'nous-mêmes, {organisation}, volontairement',
  since: 'Depuis',
  nextUpdate: 'Prochaine information',
  nextUpdateOpen: 'dès qu’il y aura du nouveau, sur la page d’état',
  notAffected: 'Ce qui n’est pas touché',
  publicPagesNote: 'Les pages publiques restent lisibles : elles proviennent de la dernière édition signée.',
  stillOpen: 'ouvert',
  readOnly: 'lecture seule',
  whatAboutMine: 'Et ce que j’ai envoyé ?',
  whatAboutMineText:
    'Ce qui vous a été confirmé avant la fermeture est aussi conservé sur un second site. Si un envoi n’a pas été confirmé, vérifiez après la réouverture s’il est présent avant de le refaire.',
  toStatus: 'Consulter la page d’état',
  hullLabel: 'Un navire à compartiments étanches : l’un est isolé, les autres sont au sec.',
  requestNumber: 'Numéro de la demande',
  signInAgain: 'Se connecter',
  cannotTitle: 'La demande ne peut pas aboutir',
  laterTitle: 'Indisponible pour le moment',
  readOnlyTitle: 'Lecture seule pour le moment',
  notFoundTitle: 'Page introuvable',
  signInTitle: 'Veuillez vous connecter',
  faultTitle: 'Une erreur s’est produite',
  malformed:
    'La demande pouvait être comprise de plusieurs manières ; elle a donc été refusée. Revenez en arrière, vérifiez l’adresse et réessayez.',
  misdirected: 'Aucun de nos sites ne se trouve à cette adresse. Vérifiez le nom d’hôte.',
  tooLong: 'L’adresse ou les en-têtes de la demande sont trop longs.',
  notFound: 'Cette page n’existe pas. Vérifiez l’adresse.',
  wrongMethod: 'Cette adresse ne peut pas être utilisée de cette façon.',
  unauthenticated:
    'Vous n’êtes pas connecté, ou votre session a pris fin. Rien de ce que vous avez envoyé n’a été transmis. Connectez-vous et renvoyez-le.',
  forbidden: 'Votre compte ne permet pas cette action. Adressez-vous à un administrateur si vous en avez besoin.',
  crossSite: 'Cette demande ne provient pas d’une page de ce site ; elle a été refusée. Ouvrez la page ici et réessayez.',
  tooMany: 'Trop de demandes en peu de temps. Patientez un peu et réessayez.',
  timedOut: 'Votre envoi est arrivé trop lentement et n’a pas été transmis. Réessayez.',
  tooLarge:
    'Votre envoi est trop volumineux pour cette adresse. Rien n’a été enregistré. Envoyez moins de données ou un fichier plus petit.',
  diskFull:
    'Il n’y a pas de place pour recevoir cet envoi pour le moment. Ne le considérez pas comme enregistré ; un administrateur doit libérer de l’espace.',
  unreachable:
    'Ce service ne répond pas pour le moment. Si vous aviez envoyé quelque chose, vérifiez si cela est présent avant de le renvoyer.',
  inDoubt:
    "Il n'est pas certain que cela ait été enregistré : le service a été fermé, ou n'a pas répondu, pendant le traitement. Vérifiez si cela s'y trouve avant de l'envoyer de nouveau.",
  readOnlyText:
    'Ce service peut être consulté mais non modifié pour le moment. Rien de ce que vous avez envoyé n’a été enregistré. La page d’état donne plus d’informations.',
  leaseOut:
    'Ce qui est enregistré ici doit aussi être conservé sur un second site, et ce site est injoignable pour le moment. Rien ne peut donc être modifié ; la lecture reste possible. Rien de ce que vous avez envoyé n’a été enregistré.',
  elsewhereTitle: 'Servi depuis notre second site',
  elsewhere:
    'Ces services ne sont pas rendus d’ici pour le moment : nous les exploitons depuis notre second site. Rien de ce que vous avez envoyé n’a été transmis. La page d’état indique où continuer.',
  notYet:
    'Les pages publiques de ce site sont en cours de réception et de vérification. Les pages non vérifiées ne sont pas affichées. Réessayez dans un instant.',
  sessionEndedTitle: 'Nous avons mis fin à votre session',
  addressBlockedTitle: 'Votre réseau est refusé ici pour le moment',
  closedFunctionTitle: 'Cette fonction est fermée pour le moment',
  sessionStale:
    'Cette action demande une connexion datant de moins de dix minutes. Revenez en arrière, rechargez la page du formulaire, confirmez que c’est bien vous, puis renvoyez le formulaire.',
  sessionEnded:
    'Nous avons nous-mêmes mis fin à votre session, par précaution : quelqu’un a pu s’en servir. Vous n’y êtes pour rien. Rien de ce que vous avez envoyé n’a été transmis. Reconnectez-vous, puis continuez.',
  routeClosed:
    'Nous avons nous-mêmes fermé cette fonction après une attaque, le temps de la rendre sûre. Le reste du service fonctionne. Rien de ce que vous avez envoyé n’a été enregistré. La page d’état en dit plus.',
  addressBlocked:
    'Les demandes venant de votre réseau sont refusées ici pour le moment, car une attaque en est partie. Rien de ce que vous avez envoyé n’a été transmis. Si vous avez besoin d’accéder au service, indiquez-nous le numéro ci-dessous.',
  apiTokenTitle: 'Jeton d’API',
  apiTokenMissing:
    'Cette adresse est destinée aux programmes. Envoyez un jeton d’API personnel dans l’en-tête « Authorization: Bearer … » ; les cookies n’y comptent pas.',
  apiTokenRefused: 'Ce jeton d’API est inconnu, expiré ou révoqué. Créez-en un autre sur la page de vos jetons d’API.',
  apiTokenInAddress:
    'Un jeton d’API figurait dans l’adresse, que les journaux conservent. Il n’a pas été utilisé. Révoquez-le, créez-en un autre et envoyez celui-ci dans l’en-tête « Authorization ».',
  apiTokenReadOnly: 'Ce jeton d’API ne permet que la lecture. Rien n’a été modifié. Créez-en un qui permette aussi l’écriture.',
  apiTokenOutOfScope:
    'Ce jeton d’API ne porte aucun des rôles nécessaires, ou son titulaire ne les a plus. Créez un jeton qui porte l’un de ces rôles.',
  signInExpired:
    'Cette connexion n’a pas pu aboutir : elle a pris trop de temps, a été commencée dans un autre navigateur ou a déjà servi. Veuillez recommencer.',
  signInUnreachable:
    'La connexion est indisponible pour le moment. En attendant, personne n’est considéré comme connecté. Les pages publiques ne sont pas touchées.',
  fault:
    'Une erreur s’est produite de notre côté. Elle a été enregistrée. Réessayez ; si elle se reproduit, indiquez-nous le numéro ci-dessous.',
};
