import type { Words } from './en.ts';

export const ru: Words = {
  entries: 'Записи',
  newEntry: 'Новая запись',
  noEntries: 'Записей пока нет.',
  title: 'Заголовок',
  body: 'Текст',
  byWhom: 'автор: {name}',
  added: 'Запись сохранена.',
  saysNothing: 'Введите хотя бы одну букву или цифру.',
  readOnly: 'Сейчас записи можно читать, но не добавлять. Подробнее на странице состояния.',
};
