import type { Words } from './en.ts';

export const fr: Words = {
  entries: 'Entrées',
  newEntry: 'Nouvelle entrée',
  noEntries: 'Il n’y a pas encore d’entrée.',
  title: 'Titre',
  body: 'Texte',
  byWhom: 'par {name}',
  added: 'L’entrée est enregistrée.',
  saysNothing: 'Écrivez au moins une lettre ou un chiffre.',
  readOnly: 'Les entrées peuvent être lues, mais pas ajoutées pour le moment. La page d’état en dit plus.',
};
