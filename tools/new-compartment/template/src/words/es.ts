import type { Words } from './en.ts';

export const es: Words = {
  entries: 'Entradas',
  newEntry: 'Nueva entrada',
  noEntries: 'Todavía no hay entradas.',
  title: 'Título',
  body: 'Texto',
  byWhom: 'por {name}',
  added: 'La entrada está guardada.',
  saysNothing: 'Escriba al menos una letra o una cifra.',
  readOnly: 'Por ahora las entradas se pueden leer, pero no añadir. La página de estado dice más.',
};
