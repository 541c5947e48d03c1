import type { Words } from './en.ts';

export const ar: Words = {
  entries: 'المدخلات',
  newEntry: 'مدخل جديد',
  noEntries: 'لا توجد مدخلات بعد.',
  title: 'العنوان',
  body: 'النص',
  byWhom: 'بقلم {name}',
  added: 'حُفظ المدخل.',
  saysNothing: 'اكتب حرفًا واحدًا أو رقمًا واحدًا على الأقل.',
  readOnly: 'يمكن حاليًا قراءة المدخلات دون إضافة غيرها. تجد المزيد في صفحة الحالة.',
};
