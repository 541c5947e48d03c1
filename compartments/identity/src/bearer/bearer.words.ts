import type { Language } from '@bulkhead/contracts';
import type { FormFaults } from '@bulkhead/web';
import type { BearerFault } from './bearer.rules.ts';

const en = {
  secretLead: 'Copy it now. It is shown only this once; we keep only its hash.',
  makeOne: 'Make a token',
  name: 'What for',
  until: 'Good until',
  untilHint: 'The last day, in UTC. At most a year from now.',
  make: 'Make token',
  lastUsed: 'Last used',
  never: 'never',
  state: 'State',
  live: 'good',
  over: 'over',
  ended: 'ended',
  end: 'End',
  endOf: 'End the token “{name}”',
  endedNow: 'The token has ended. Within a second nothing accepts it any more.',
  faultName: 'Write what it is for, in eighty characters at the most.',
  faultDay: 'Write a day such as 2027-06-30.',
  faultDayPast: 'This day is over. Write a later one.',
  faultDayTooFar: 'This is more than a year away. Write an earlier day.',
} as const;

type Word = keyof typeof en;
type Words = Readonly<Record<Word, string>>;

const fr: Words = {
  secretLead: 'Copiez-le maintenant. Il n’est affiché que cette fois ; nous n’en gardons que l’empreinte.',
  makeOne: 'Créer un jeton',
  name: 'Pour quel usage',
  until: 'Valable jusqu’au',
  untilHint: 'Le dernier jour, en UTC. Un an au plus.',
  make: 'Créer le jeton',
  lastUsed: 'Dernière utilisation',
  never: 'jamais',
  state: 'État',
  live: 'valable',
  over: 'expiré',
  ended: 'révoqué',
  end: 'Révoquer',
  endOf: 'Révoquer le jeton « {name} »',
  endedNow: 'Le jeton est révoqué. D’ici une seconde, plus rien ne l’accepte.',
  faultName: 'Indiquez son usage, en quatre-vingts caractères au plus.',
  faultDay: 'Indiquez un jour, par exemple 2027-06-30.',
  faultDayPast: 'Ce jour est passé. Indiquez-en un plus tardif.',
  faultDayTooFar: 'C’est dans plus d’un an. Indiquez un jour plus proche.',
};

const es: Words = {
  secretLead: 'Cópielo ahora. Solo se muestra esta vez; guardamos únicamente su huella.',
  makeOne: 'Crear un token',
  name: 'Para qué',
  until: 'Válido hasta',
  untilHint: 'El último día, en UTC. Un año como máximo.',
  make: 'Crear el token',
  lastUsed: 'Último uso',
  never: 'nunca',
  state: 'Estado',
  live: 'válido',
  over: 'caducado',
  ended: 'terminado',
  end: 'Terminar',
  endOf: 'Terminar el token «{name}»',
  endedNow: 'El token ha terminado. En un segundo ya nada lo acepta.',
  faultName: 'Escriba para qué es, en ochenta caracteres como máximo.',
  faultDay: 'Escriba un día, como 2027-06-30.',
  faultDayPast: 'Ese día ya pasó. Escriba uno posterior.',
  faultDayTooFar: 'Falta más de un año. Escriba un día anterior.',
};

const ru: Words = {
  secretLead: 'Скопируйте его сейчас. Он показан только один раз; мы храним лишь его хеш.',
  makeOne: 'Создать токен',
  name: 'Для чего',
  until: 'Действует до',
  untilHint: 'Последний день, по UTC. Не более года.',
  make: 'Создать токен',
  lastUsed: 'Последнее использование',
  never: 'никогда',
  state: 'Состояние',
  live: 'действует',
  over: 'истёк',
  ended: 'отозван',
  end: 'Отозвать',
  endOf: 'Отозвать токен «{name}»',
  endedNow: 'Токен отозван. Через секунду его уже ничто не примет.',
  faultName: 'Напишите, для чего он, не более восьмидесяти знаков.',
  faultDay: 'Укажите день, например 2027-06-30.',
  faultDayPast: 'Этот день прошёл. Укажите более поздний.',
  faultDayTooFar: 'До этого дня больше года. Укажите более ранний.',
};

const zh: Words = {
  secretLead: '请立即复制。仅显示这一次；我们只保存其散列值。',
  makeOne: '创建令牌',
  name: '用途',
  until: '有效期至',
  untilHint: '最后一天，以协调世界时计。最长一年。',
  make: '创建令牌',
  lastUsed: '上次使用',
  never: '从未',
  state: '状态',
  live: '有效',
  over: '已过期',
  ended: '已终止',
  end: '终止',
  endOf: '终止令牌“{name}”',
  endedNow: '令牌已终止，一秒之内不再被接受。',
  faultName: '请填写用途，最多八十个字符。',
  faultDay: '请填写日期，例如 2027-06-30。',
  faultDayPast: '该日期已过。请填写更晚的日期。',
  faultDayTooFar: '超过一年。请填写更早的日期。',
};

const ar: Words = {
  secretLead: 'انسخه الآن. لا يُعرض إلا هذه المرة؛ ولا نحتفظ إلا ببصمته.',
  makeOne: 'إنشاء رمز',
  name: 'الغرض',
  until: 'صالح حتى',
  untilHint: 'اليوم الأخير بالتوقيت العالمي المنسق. سنة على الأكثر.',
  make: 'إنشاء الرمز',
  lastUsed: 'آخر استخدام',
  never: 'أبدًا',
  state: 'الحالة',
  live: 'صالح',
  over: 'انتهت مدته',
  ended: 'أُنهي',
  end: 'إنهاء',
  endOf: 'إنهاء الرمز «{name}»',
  endedNow: 'أُنهي الرمز. خلال ثانية لا يقبله شيء.',
  faultName: 'اكتب الغرض منه في ثمانين حرفًا على الأكثر.',
  faultDay: 'اكتب يومًا مثل 2027-06-30.',
  faultDayPast: 'هذا اليوم مضى. اكتب يومًا لاحقًا.',
  faultDayTooFar: 'هذا بعد أكثر من سنة. اكتب يومًا أقرب.',
};

const WORDS: Readonly<Record<Language, Words>> = { ar, zh, en, fr, ru, es };

const FAULTS: Readonly<Record<BearerFault, readonly [field: string, word: Word]>> = {
  name: ['name', 'faultName'],
  day: ['until', 'faultDay'],
  'day past': ['until', 'faultDayPast'],
  'day too far': ['until', 'faultDayTooFar'],
};

/** The words of every secret that software presents. */
export function bearerWords(language: Language): Words {
  return WORDS[language];
}

export function tellBearerFault(fault: BearerFault, language: Language): FormFaults {
  const [field, word] = FAULTS[fault];
  return { [field]: WORDS[language][word] };
}
