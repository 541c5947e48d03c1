import type { Words } from './en.ts';

export const zh: Words = {
  entries: '条目',
  newEntry: '新条目',
  noEntries: '尚无条目。',
  title: '标题',
  body: '正文',
  byWhom: '作者：{name}',
  added: '条目已保存。',
  saysNothing: '请至少输入一个文字或数字。',
  readOnly: '目前只能阅读条目，不能添加。详情见状态页。',
};
