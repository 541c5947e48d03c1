import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';

const en = {
  follow: 'Follow',
  followHint: 'Changes as a feed for readers, or for programs.',
  changedAt: 'Changed {at}',
  sinceFault: 'A place that this feed gave (next), a day such as 2026-03-31, or a time with its zone.',
  begunAnew:
    'The registry was put back since this place in the feed was given. Read everything anew, then go on from the new place.',
} as const;
type FeedWord = keyof typeof en;

const DICTIONARY: Dictionary<FeedWord> = {
  en,
  fr: {
    follow: 'Suivre',
    followHint: 'Les changements, en flux pour lecteurs ou pour programmes.',
    changedAt: 'Modifié : {at}',
    sinceFault: 'Un repère donné par ce flux (next), un jour comme 2026-03-31, ou une heure avec son fuseau.',
    begunAnew:
      'Le registre a été rétabli depuis que ce repère du flux a été donné. Relisez tout, puis continuez à partir du nouveau repère.',
  },
  es: {
    follow: 'Seguir',
    followHint: 'Los cambios, como canal para lectores o para programas.',
    changedAt: 'Modificado: {at}',
    sinceFault: 'Un punto dado por este canal (next), un día como 2026-03-31 o una hora con su zona.',
    begunAnew:
      'El registro se restauró después de que se diera este punto del flujo. Léalo todo de nuevo y siga desde el punto nuevo.',
  },
  ru: {
    follow: 'Следить',
    followHint: 'Изменения в виде ленты для программ чтения или для программ.',
    changedAt: 'Изменено: {at}',
    sinceFault: 'Место, выданное этой лентой (next), день, например 2026-03-31, или время с поясом.',
    begunAnew:
      'После того как было выдано это место в ленте, реестр был восстановлен. Прочитайте всё заново и продолжайте с нового места.',
  },
  zh: {
    follow: '关注',
    followHint: '以订阅源形式提供的更改，可供阅读器或程序使用。',
    changedAt: '更改时间：{at}',
    sinceFault: '须为本订阅源给出的位置（next）、日期（如 2026-03-31）或带时区的时间。',
    begunAnew: '自给出该订阅位置以来，登记库已被恢复。请重新读取全部内容，然后从新位置继续。',
  },
  ar: {
    follow: 'المتابعة',
    followHint: 'التغييرات في صورة تغذية لبرامج القراءة أو للبرامج.',
    changedAt: 'تغيّر في {at}',
    sinceFault: 'موضع أعطته هذه التغذية (next)، أو يوم مثل 2026-03-31، أو وقت مع منطقته الزمنية.',
    begunAnew: 'أُعيد السجل إلى حالة سابقة بعد إعطاء هذا الموضع من التغذية. اقرأ كل شيء من جديد ثم تابع من الموضع الجديد.',
  },
};

export function feedWords(language: Language): Readonly<Record<FeedWord, string>> {
  return DICTIONARY[language];
}
