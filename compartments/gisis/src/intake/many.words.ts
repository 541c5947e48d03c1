import type { InSix } from '#declaration/terms.rules.ts';

/** What is said of rows of a file that become records. */
export const MANY_SENTENCES = {
  state: {
    en: 'An import does not move a record on. Do that by an act on its page; a new one may begin where one act of yours leads.',
    fr: 'Une importation ne change pas l’état d’une fiche. Faites-le par un acte sur sa page ; une nouvelle peut commencer là où mène un seul de vos actes.',
    es: 'Una importación no cambia el estado de un registro. Hágalo mediante un acto en su página; uno nuevo puede empezar donde lleva uno solo de sus actos.',
    ru: 'Загрузка не меняет состояние записи. Сделайте это действием на её странице; новая может начаться там, куда ведёт одно ваше действие.',
    zh: '导入不会改变记录的状态。请在其页面上执行相应操作；新记录可始于您一次操作所达到的状态。',
    ar: 'لا يغيّر الاستيراد حالة السجل. افعل ذلك بإجراء في صفحته؛ ويمكن لسجل جديد أن يبدأ حيث يقود إجراء واحد لك.',
  },
  overtaken: {
    en: 'Somebody changed this record since. Take it along anew and make your change there.',
    fr: 'Cette fiche a été modifiée entre-temps. Exportez-la de nouveau et refaites votre modification.',
    es: 'Alguien ha modificado este registro entretanto. Expórtelo de nuevo y repita su cambio.',
    ru: 'Эта запись с тех пор изменена. Выгрузите её заново и внесите изменение ещё раз.',
    zh: '此记录其后已被他人更改。请重新导出并在其中修改。',
    ar: 'غيّر أحدهم هذا السجل منذ ذلك الحين. صدّره من جديد وأعد تعديلك.',
  },
  notYours: {
    en: 'This column cannot be changed by an import. Leave it as the record has it, or empty.',
    fr: 'Cette colonne ne peut pas être modifiée par une importation. Laissez-la telle quelle ou vide.',
    es: 'Esta columna no se puede cambiar con una importación. Déjela como está en el registro o vacía.',
    ru: 'Этот столбец нельзя изменить загрузкой. Оставьте его как в записи или пустым.',
    zh: '此列不能通过导入更改。请保持与记录一致或留空。',
    ar: 'لا يمكن تغيير هذا العمود بالاستيراد. اتركه كما هو في السجل أو فارغًا.',
  },
  twice: {
    en: 'An earlier row of this file is about the same record. Keep one of them.',
    fr: 'Une ligne précédente de ce fichier concerne la même fiche. N’en gardez qu’une.',
    es: 'Una fila anterior de este archivo trata del mismo registro. Conserve solo una.',
    ru: 'Более ранняя строка этого файла относится к той же записи. Оставьте одну из них.',
    zh: '此文件中较前的一行涉及同一记录。请只保留一行。',
    ar: 'هناك صف سابق في هذا الملف عن السجل نفسه. أبقِ أحدهما.',
  },
  alike: {
    en: 'This looks like a record that stands, or like an earlier row. Is it another one?',
    fr: 'Cela ressemble à une fiche existante ou à une ligne précédente. Est-ce autre chose ?',
    es: 'Se parece a un registro existente o a una fila anterior. ¿Es otro?',
    ru: 'Похоже на имеющуюся запись или на более раннюю строку. Это другая запись?',
    zh: '这与现有记录或较前的一行相似。是否为另一条？',
    ar: 'يشبه هذا سجلًا قائمًا أو صفًا سابقًا. أهو سجل آخر؟',
  },
} as const satisfies Record<string, InSix>;
