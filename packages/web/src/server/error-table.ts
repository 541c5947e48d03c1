import type { Language } from '@bulkhead/contracts';
import type { ErrorCode } from '@bulkhead/kernel';

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 412 | 413 | 422 | 428 | 429 | 500 | 503 | 507;
type Sentences = Readonly<Record<Language, string>>;
type ErrorRow = { readonly status: ErrorStatus; readonly sentences: Sentences };

const NOT_UNDERSTOOD: Sentences = {
  en: 'The request could not be understood. Go back, check what was sent, and try again.',
  fr: "La demande n'a pas pu être comprise. Revenez en arrière, vérifiez ce qui a été envoyé et réessayez.",
  es: 'No se pudo entender la solicitud. Vuelva atrás, compruebe lo enviado e inténtelo de nuevo.',
  ru: 'Запрос не удалось понять. Вернитесь назад, проверьте отправленное и повторите попытку.',
  zh: '无法理解该请求。请返回，检查所发送的内容，然后重试。',
  ar: 'تعذّر فهم الطلب. ارجع وتحقّق مما أُرسل ثم حاول مرة أخرى.',
};
const SIGN_IN: Sentences = {
  en: 'Sign in to see this page.',
  fr: 'Connectez-vous pour voir cette page.',
  es: 'Inicie sesión para ver esta página.',
  ru: 'Войдите, чтобы увидеть эту страницу.',
  zh: '请登录以查看此页面。',
  ar: 'سجّل الدخول لعرض هذه الصفحة.',
};
const NOT_ALLOWED: Sentences = {
  en: 'Your account does not allow this. Ask an administrator if you need it.',
  fr: 'Votre compte ne permet pas cette action. Adressez-vous à un administrateur si vous en avez besoin.',
  es: 'Su cuenta no permite esta acción. Diríjase a un administrador si la necesita.',
  ru: 'Ваша учётная запись этого не позволяет. Если это необходимо, обратитесь к администратору.',
  zh: '您的账户无权进行此操作。如有需要，请联系管理员。',
  ar: 'لا يسمح حسابك بهذا الإجراء. اتصل بالمسؤول إذا كنت بحاجة إليه.',
};
const NOT_FOUND: Sentences = {
  en: 'There is no such page. Check the address.',
  fr: "Cette page n'existe pas. Vérifiez l'adresse.",
  es: 'Esta página no existe. Compruebe la dirección.',
  ru: 'Такой страницы нет. Проверьте адрес.',
  zh: '没有此页面。请检查网址。',
  ar: 'لا توجد صفحة كهذه. تحقّق من العنوان.',
};
const ERASED: Sentences = {
  en: 'These contents were removed for good, by the decision of two responsible persons.',
  fr: 'Ce contenu a été supprimé définitivement, sur décision de deux personnes responsables.',
  es: 'Este contenido se eliminó definitivamente por decisión de dos personas responsables.',
  ru: 'Это содержимое окончательно удалено по решению двух ответственных лиц.',
  zh: '经两名负责人决定，此内容已被永久删除。',
  ar: 'أُزيل هذا المحتوى نهائيًا بقرار من شخصين مسؤولين.',
};
const WRONG_METHOD: Sentences = {
  en: 'This address cannot be used in this way.',
  fr: 'Cette adresse ne peut pas être utilisée de cette façon.',
  es: 'Esta dirección no se puede utilizar de este modo.',
  ru: 'Этот адрес нельзя использовать таким образом.',
  zh: '不能以这种方式使用此网址。',
  ar: 'لا يمكن استخدام هذا العنوان بهذه الطريقة.',
};
const TOO_LARGE: Sentences = {
  en: 'What was sent is too large. Send less, or a smaller file.',
  fr: 'L’envoi est trop volumineux. Envoyez moins de données ou un fichier plus petit.',
  es: 'El envío es demasiado grande. Envíe menos datos o un archivo más pequeño.',
  ru: 'Отправленные данные слишком велики. Отправьте меньше данных или файл меньшего размера.',
  zh: '发送的内容过大。请减少内容或发送较小的文件。',
  ar: 'ما أُرسل كبير جدًا. أرسل بيانات أقل أو ملفًا أصغر.',
};
const TOO_MANY: Sentences = {
  en: 'There were too many requests. Wait a minute and try again.',
  fr: 'Trop de demandes ont été envoyées. Attendez une minute et réessayez.',
  es: 'Se han enviado demasiadas solicitudes. Espere un minuto e inténtelo de nuevo.',
  ru: 'Слишком много запросов. Подождите минуту и повторите попытку.',
  zh: '请求过多。请等待一分钟后重试。',
  ar: 'عدد الطلبات كبير جدًا. انتظر دقيقة ثم حاول مرة أخرى.',
};
const NOT_ACCEPTED: Sentences = {
  en: 'The request was not accepted: it did not come through this site in the usual way. Go back and try again.',
  fr: "La demande n'a pas été acceptée : elle n'est pas passée par ce site de la manière habituelle. Revenez en arrière et réessayez.",
  es: 'No se aceptó la solicitud: no llegó a través de este sitio de la forma habitual. Vuelva atrás e inténtelo de nuevo.',
  ru: 'Запрос не принят: он поступил не через этот сайт обычным образом. Вернитесь назад и повторите попытку.',
  zh: '该请求未被接受：它未以通常方式通过本网站发送。请返回并重试。',
  ar: 'لم يُقبل الطلب لأنه لم يصل عبر هذا الموقع بالطريقة المعتادة. ارجع وحاول مرة أخرى.',
};
const CHANGED_MEANWHILE: Sentences = {
  en: 'Something else was changed in the meantime. Look at the present state and try again.',
  fr: "Une autre modification a été faite entre-temps. Consultez l'état actuel et réessayez.",
  es: 'Entretanto se ha modificado algo. Consulte el estado actual e inténtelo de nuevo.',
  ru: 'За это время произошли изменения. Посмотрите текущее состояние и повторите попытку.',
  zh: '在此期间内容已被更改。请查看当前状态后重试。',
  ar: 'جرى تغيير في هذه الأثناء. اطّلع على الوضع الحالي وحاول مرة أخرى.',
};
const READ_ONLY: Sentences = {
  en: 'This service can be read but not changed at the moment. Nothing that you sent was saved. Try again later.',
  fr: "Ce service peut être consulté mais non modifié pour le moment. Rien de ce que vous avez envoyé n'a été enregistré. Réessayez plus tard.",
  es: 'En este momento el servicio se puede consultar, pero no modificar. No se ha guardado nada de lo enviado. Inténtelo más tarde.',
  ru: 'Сейчас эта служба доступна только для чтения. Ничего из отправленного не сохранено. Повторите попытку позже.',
  zh: '该服务目前只能读取，不能更改。您发送的内容均未保存。请稍后重试。',
  ar: 'هذه الخدمة متاحة للقراءة فقط في الوقت الحالي. لم يُحفظ أي شيء مما أرسلته. حاول لاحقًا.',
};
const UNREACHABLE: Sentences = {
  en: 'This service does not answer at the moment. If you had sent something, look whether it is there before you send it again.',
  fr: 'Ce service ne répond pas pour le moment. Si vous aviez envoyé quelque chose, vérifiez si cela est présent avant de le renvoyer.',
  es: 'Este servicio no responde en este momento. Si había enviado algo, compruebe si está antes de enviarlo de nuevo.',
  ru: 'Эта служба сейчас не отвечает. Если вы что-то отправили, проверьте, есть ли оно там, прежде чем отправлять снова.',
  zh: '该服务目前没有响应。如果您刚刚发送了内容，请先查看是否存在，再决定是否重新发送。',
  ar: 'لا تستجيب هذه الخدمة في الوقت الحالي. إذا كنت قد أرسلت شيئًا فتحقّق من وجوده قبل أن ترسله مرة أخرى.',
};
const IN_DOUBT: Sentences = {
  en: 'It is not certain whether this was saved. Look at the present state before you try again.',
  fr: "Il n'est pas certain que cela ait été enregistré. Consultez l'état actuel avant de réessayer.",
  es: 'No es seguro que esto se haya guardado. Consulte el estado actual antes de volver a intentarlo.',
  ru: 'Неизвестно, сохранено ли это. Прежде чем повторять попытку, посмотрите текущее состояние.',
  zh: '不确定是否已保存。重试之前请查看当前状态。',
  ar: 'ليس مؤكدًا أن هذا قد حُفظ. اطّلع على الوضع الحالي قبل المحاولة مرة أخرى.',
};
const CLOSED: Sentences = {
  en: 'This service is closed at the moment. The status page tells more.',
  fr: "Ce service est fermé pour le moment. La page d'état donne plus d'informations.",
  es: 'Este servicio está cerrado en este momento. La página de estado ofrece más información.',
  ru: 'Эта служба сейчас закрыта. Подробнее — на странице состояния.',
  zh: '该服务目前关闭。详情请见状态页面。',
  ar: 'هذه الخدمة مغلقة في الوقت الحالي. تجد المزيد في صفحة الحالة.',
};
const FULL: Sentences = {
  en: 'There is no room to store this. Nothing was saved. An administrator has to make room.',
  fr: "Il n'y a plus de place pour enregistrer cet envoi. Rien n'a été enregistré. Un administrateur doit libérer de l'espace.",
  es: 'No hay espacio para guardar esto. No se ha guardado nada. Un administrador debe liberar espacio.',
  ru: 'Нет места для хранения. Ничего не сохранено. Администратор должен освободить место.',
  zh: '没有空间存储此内容。未保存任何内容。须由管理员腾出空间。',
  ar: 'لا توجد مساحة لتخزين هذا. لم يُحفظ أي شيء. على المسؤول توفير مساحة.',
};
const WHICH_REVISION: Sentences = {
  en: 'Say upon which revision the change is made: If-Match with the ETag that came with the record.',
  fr: "Indiquez sur quelle révision porte la modification : If-Match avec l'ETag reçu avec la fiche.",
  es: 'Indique sobre qué revisión se hace el cambio: If-Match con el ETag recibido con el registro.',
  ru: 'Укажите, к какой редакции относится изменение: If-Match с ETag, полученным вместе с записью.',
  zh: '请说明修改所依据的版本：在 If-Match 中填写随记录收到的 ETag。',
  ar: 'اذكر المراجعة التي يستند إليها التغيير: ‏If-Match مع قيمة ETag التي وردت مع السجل.',
};
const KEY_REUSED: Sentences = {
  en: 'This Idempotency-Key came with another request before. Give each request a key of its own.',
  fr: 'Cette clé Idempotency-Key a déjà servi pour une autre requête. Donnez à chaque requête sa propre clé.',
  es: 'Esta clave Idempotency-Key ya llegó con otra petición. Dé a cada petición su propia clave.',
  ru: 'Этот Idempotency-Key уже приходил с другим запросом. Давайте каждому запросу свой ключ.',
  zh: '此 Idempotency-Key 已用于另一请求。请为每个请求使用各自的键。',
  ar: 'سبق أن ورد Idempotency-Key هذا مع طلب آخر. اجعل لكل طلب مفتاحًا خاصًا به.',
};
const OUR_FAULT: Sentences = {
  en: 'Something went wrong on our side. It has been recorded. Try again; if it happens again, tell us the number below.',
  fr: "Une erreur s'est produite de notre côté. Elle a été enregistrée. Réessayez ; si elle se reproduit, indiquez-nous le numéro ci-dessous.",
  es: 'Se ha producido un error por nuestra parte y ha quedado registrado. Inténtelo de nuevo; si se repite, indíquenos el número siguiente.',
  ru: 'Произошла ошибка с нашей стороны. Она зарегистрирована. Повторите попытку; если ошибка повторится, сообщите нам номер ниже.',
  zh: '我们这边出现了错误，已记录在案。请重试；如再次发生，请告知我们下面的编号。',
  ar: 'حدث خطأ من جانبنا وقد سُجّل. حاول مرة أخرى، وإذا تكرّر فأبلغنا بالرقم أدناه.',
};

/** Code to status and public sentence. A code that is not here is a fault of ours: 500. */
const TABLE: Readonly<Partial<Record<ErrorCode, ErrorRow>>> = {
  'input.invalid': { status: 400, sentences: NOT_UNDERSTOOD },
  'request.malformed': { status: 400, sentences: NOT_UNDERSTOOD },
  'request.unauthenticated': { status: 401, sentences: SIGN_IN },
  'token.missing': { status: 401, sentences: NOT_ACCEPTED },
  'token.invalid': { status: 401, sentences: NOT_ACCEPTED },
  'token.expired': { status: 401, sentences: NOT_ACCEPTED },
  'token.wrong_audience': { status: 403, sentences: NOT_ACCEPTED },
  'token.wrong_request': { status: 403, sentences: NOT_ACCEPTED },
  'token.replayed': { status: 409, sentences: NOT_ACCEPTED },
  'request.forbidden': { status: 403, sentences: NOT_ALLOWED },
  'request.cross_site': { status: 403, sentences: NOT_ACCEPTED },
  'request.not_found': { status: 404, sentences: NOT_FOUND },
  'blob.not_found': { status: 404, sentences: NOT_FOUND },
  'blob.erased': { status: 410, sentences: ERASED },
  'request.method_not_allowed': { status: 405, sentences: WRONG_METHOD },
  'request.timed_out': { status: 408, sentences: NOT_UNDERSTOOD },
  'input.too_large': { status: 413, sentences: TOO_LARGE },
  'blob.too_large': { status: 413, sentences: TOO_LARGE },
  'request.too_many': { status: 429, sentences: TOO_MANY },
  'postgres.unreachable': { status: 503, sentences: UNREACHABLE },
  'postgres.read_only': { status: 503, sentences: READ_ONLY },
  'transaction.in_doubt': { status: 503, sentences: IN_DOUBT },
  'compartment.sealed': { status: 503, sentences: CLOSED },
  'compartment.wrong_state': { status: 409, sentences: CHANGED_MEANWHILE },
  'compartment.read_only': { status: 503, sentences: READ_ONLY },
  'lease.expired': { status: 503, sentences: READ_ONLY },
  'account.last_administrator': { status: 409, sentences: CHANGED_MEANWHILE },
  'account.wrong_state': { status: 409, sentences: CHANGED_MEANWHILE },
  'account.beyond_reach': { status: 409, sentences: CHANGED_MEANWHILE },
  'account.unknown_delegation': { status: 409, sentences: CHANGED_MEANWHILE },
  'account.administrator_exists': { status: 409, sentences: CHANGED_MEANWHILE },
  'break_glass.unfit_holders': { status: 409, sentences: CHANGED_MEANWHILE },
  'break_glass.too_many': { status: 409, sentences: CHANGED_MEANWHILE },
  'grant.exists': { status: 409, sentences: CHANGED_MEANWHILE },
  'grant.not_held': { status: 409, sentences: CHANGED_MEANWHILE },
  'grant.gone': { status: 409, sentences: CHANGED_MEANWHILE },
  'delegation.changed': { status: 409, sentences: CHANGED_MEANWHILE },
  'delegation.code_taken': { status: 409, sentences: CHANGED_MEANWHILE },
  'account.email_taken': { status: 409, sentences: CHANGED_MEANWHILE },
  'set_up.unknown_secret': { status: 403, sentences: NOT_ALLOWED },
  'record.overtaken': { status: 412, sentences: CHANGED_MEANWHILE },
  'record.revision_missing': { status: 428, sentences: WHICH_REVISION },
  'idempotency_key.reused': { status: 422, sentences: KEY_REUSED },
  'article.wrong_state': { status: 409, sentences: CHANGED_MEANWHILE },
  'article.changed_meanwhile': { status: 409, sentences: CHANGED_MEANWHILE },
  'article.slug_taken': { status: 409, sentences: CHANGED_MEANWHILE },
  'article.names_erased': { status: 422, sentences: NOT_UNDERSTOOD },
  'article.incomplete': { status: 422, sentences: NOT_UNDERSTOOD },
  'picture.refused': { status: 422, sentences: NOT_UNDERSTOOD },
  'darkroom.unreachable': { status: 503, sentences: READ_ONLY },
  'approval.same_person': { status: 403, sentences: NOT_ALLOWED },
  'approval.wrong_digest': { status: 409, sentences: CHANGED_MEANWHILE },
  'vault.unreachable': { status: 503, sentences: READ_ONLY },
  'vault.quota_exceeded': { status: 507, sentences: FULL },
  'disk.full': { status: 507, sentences: FULL },
};

const UNKNOWN: ErrorRow = { status: 500, sentences: OUR_FAULT };

/** The row of a code; `isKnown` tells whether it is the caller's matter rather than a fault of ours. */
export function errorRow(code: ErrorCode | undefined): ErrorRow & { readonly isKnown: boolean } {
  const known = code === undefined ? undefined : TABLE[code];
  return known ? { ...known, isKnown: true } : { ...UNKNOWN, isKnown: false };
}
