import type { InSix } from '#declaration/terms.rules.ts';

/** What programs are told beside the sentences of fields and records. */
export const API_SENTENCES = {
  noSuchField: {
    en: 'This kind of record has no field of this name.',
    fr: "Ce type de fiche n'a pas de champ de ce nom.",
    es: 'Este tipo de registro no tiene ningún campo con este nombre.',
    ru: 'У записей этого вида нет поля с таким именем.',
    zh: '此类记录没有这个名称的字段。',
    ar: 'لا يوجد حقل بهذا الاسم في هذا النوع من السجلات.',
  },
  notYours: {
    en: 'This field cannot be written here: it follows from others, is filled in by an act, or is not yours.',
    fr: "Ce champ ne s'écrit pas ici : il découle d'autres champs, il est rempli par un acte, ou il n'est pas de votre ressort.",
    es: 'Este campo no se escribe aquí: se deduce de otros, lo rellena un acto o no le corresponde.',
    ru: 'Это поле здесь не заполняется: оно следует из других, заполняется действием или не относится к вам.',
    zh: '此字段不能在此填写：它由其他字段得出、由某项操作填写，或不属于您。',
    ar: 'لا يُكتب هذا الحقل هنا: فهو يُستنتج من حقول أخرى، أو يملؤه إجراء، أو ليس من اختصاصك.',
  },
  badKey: {
    en: 'An Idempotency-Key is 1 to 200 visible ASCII characters.',
    fr: 'Une clé Idempotency-Key compte de 1 à 200 caractères ASCII visibles.',
    es: 'Una clave Idempotency-Key tiene de 1 a 200 caracteres ASCII visibles.',
    ru: 'Idempotency-Key состоит из 1–200 видимых символов ASCII.',
    zh: 'Idempotency-Key 须为 1 至 200 个可见 ASCII 字符。',
    ar: 'يتكوّن Idempotency-Key من 1 إلى 200 محرف ASCII مرئي.',
  },
  tooManyKeys: {
    en: 'Too many writes with an Idempotency-Key in a day: the oldest are forgotten after 24 hours.',
    fr: 'Trop d’écritures avec une clé Idempotency-Key en un jour : les plus anciennes sont oubliées après 24 heures.',
    es: 'Demasiadas escrituras con Idempotency-Key en un día: las más antiguas se olvidan a las 24 horas.',
    ru: 'Слишком много записей с Idempotency-Key за день: самые старые забываются через 24 часа.',
    zh: '一天内带 Idempotency-Key 的写入过多：最早的将在 24 小时后清除。',
    ar: 'عدد كبير من عمليات الكتابة بمفتاح Idempotency-Key في يوم واحد: تُنسى أقدمها بعد 24 ساعة.',
  },
  rowsRefused: {
    en: 'Nothing was written: rows of the file are refused or asked back. Correct them; or send it with "partial=true" to leave them out, with "sure=true" to file what is asked back.',
    fr: "Rien n'a été écrit : des lignes du fichier sont refusées ou à confirmer. Corrigez-les ; ou envoyez-le avec « partial=true » pour les laisser de côté, avec « sure=true » pour enregistrer celles à confirmer.",
    es: 'No se ha escrito nada: hay filas rechazadas o por confirmar. Corríjalas; o envíe el archivo con "partial=true" para omitirlas, o con "sure=true" para registrar las que hay que confirmar.',
    ru: 'Ничего не записано: часть строк отклонена или требует подтверждения. Исправьте их; либо отправьте файл с "partial=true", чтобы их пропустить, или с "sure=true", чтобы внести требующие подтверждения.',
    zh: '未写入任何内容：文件中有行被拒绝或需要确认。请更正；或加上 "partial=true" 略过这些行，加上 "sure=true" 登记需要确认的行。',
    ar: 'لم يُكتب شيء: في الملف صفوف مرفوضة أو تحتاج إلى تأكيد. صحّحها؛ أو أرسل الملف مع ‎"partial=true"‎ لتركها، أو مع ‎"sure=true"‎ لتسجيل ما يحتاج إلى تأكيد.',
  },
  overtaken: {
    en: 'The record was changed meanwhile. It stands beside this as it is now: look at it, and send the change upon its revision.',
    fr: 'La fiche a été modifiée entre-temps. Elle figure ci-joint telle quelle : examinez-la et renvoyez la modification sur sa révision.',
    es: 'El registro se modificó entretanto. Figura aquí tal como está: revíselo y envíe el cambio sobre su revisión.',
    ru: 'Запись за это время изменилась. Рядом — её нынешний вид: посмотрите и отправьте изменение к этой редакции.',
    zh: '该记录在此期间已被更改。随附其当前内容：请查看后在其版本基础上重新发送修改。',
    ar: 'تغيّر السجل في هذه الأثناء. تجده هنا كما هو الآن: راجعه ثم أرسل التغيير على مراجعته.',
  },
  askedBack: {
    en: 'Something looks odd, or is filed already. If it is right as it stands, send it again with "sure": true.',
    fr: 'Quelque chose paraît étrange, ou existe déjà. Si tout est correct, renvoyez avec "sure": true.',
    es: 'Algo parece extraño o ya está registrado. Si es correcto, envíelo de nuevo con "sure": true.',
    ru: 'Что-то выглядит необычно или уже внесено. Если всё верно, отправьте снова с "sure": true.',
    zh: '有内容看起来异常，或已经登记过。如确认无误，请加上 "sure": true 再次发送。',
    ar: 'يبدو أمر ما غير معتاد، أو أنه مسجَّل من قبل. إذا كان صحيحًا فأرسله مرة أخرى مع ‎"sure": true.',
  },
} as const satisfies Record<string, InSix>;
