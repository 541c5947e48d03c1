import type { Language } from '@bulkhead/contracts';

const en = {
  line: 'Served from our second site.',
  lineMore: 'For reading only: forms and sign-in do not work here.',
  status: 'Service status',
  notHereTitle: 'Not available at our second site',
  notHere:
    'Our public pages are served from our second site, for reading only. Sign-in, forms and everything else that asks or changes something are not available here.',
  nothingKept: 'Nothing that you sent was kept. Send it again when the service is back.',
  notYetTitle: 'Not available at the moment',
  notYet: 'The public pages are being fetched and verified. Unverified pages are not shown. Try again in a moment.',
  notFoundTitle: 'Page not found',
  notFound: 'There is no such page. Check the address.',
  malformedTitle: 'This cannot be done',
  malformed: 'The request could not be understood in one way only, so it was refused. Go back, check the address, and try again.',
  faultTitle: 'Something went wrong',
  fault: 'Something went wrong on our side. It has been recorded. Try again in a moment.',
  toPages: 'To the public pages',
  toStatus: 'Go to the status page',
} as const satisfies Record<string, string>;

export type RoomWords = Readonly<Record<keyof typeof en, string>>;

const WORDS: Readonly<Record<Language, RoomWords>> = {
  en,
  ar: {
    line: 'تُعرض هذه الصفحة من موقعنا الثاني.',
    lineMore: 'للقراءة فقط: لا تعمل هنا النماذج ولا تسجيل الدخول.',
    status: 'حالة الخدمات',
    notHereTitle: 'غير متاح في موقعنا الثاني',
    notHere:
      'تُعرض صفحاتنا العامة من موقعنا الثاني للقراءة فقط. لا يتاح هنا تسجيل الدخول ولا النماذج ولا أي شيء آخر يطلب أمرًا أو يغيّره.',
    nothingKept: 'لم يُحفظ شيء مما أرسلته. أرسله مجددًا عندما تعود الخدمة.',
    notYetTitle: 'غير متاح حاليًا',
    notYet: 'يجري جلب الصفحات العامة والتحقق منها. لا تُعرض صفحات لم يُتحقق منها. حاول مجددًا بعد قليل.',
    notFoundTitle: 'الصفحة غير موجودة',
    notFound: 'لا توجد صفحة كهذه. تحقق من العنوان.',
    malformedTitle: 'لا يمكن تنفيذ ذلك',
    malformed: 'تعذّر فهم الطلب على وجه واحد فقط، ولذلك رُفض. ارجع وتحقق من العنوان ثم حاول مجددًا.',
    faultTitle: 'حدث خطأ ما',
    fault: 'حدث خطأ من جانبنا، وقد سُجّل. حاول مجددًا بعد قليل.',
    toPages: 'إلى الصفحات العامة',
    toStatus: 'إلى صفحة حالة الخدمات',
  },
  zh: {
    line: '本页由我们的第二站点提供。',
    lineMore: '仅供阅读：表单和登录在此不可用。',
    status: '服务状态',
    notHereTitle: '在我们的第二站点不可用',
    notHere: '我们的公开页面目前由第二站点提供，仅供阅读。登录、表单以及其他任何查询或更改在此均不可用。',
    nothingKept: '您发送的内容均未保存。请在服务恢复后重新发送。',
    notYetTitle: '目前不可用',
    notYet: '正在获取并核验公开页面。未经核验的页面不会显示。请稍后再试。',
    notFoundTitle: '未找到页面',
    notFound: '没有此页面。请检查地址。',
    malformedTitle: '无法执行此操作',
    malformed: '该请求无法被唯一地理解，因此被拒绝。请返回，检查地址后重试。',
    faultTitle: '出现问题',
    fault: '我们这边出现了问题，已记录在案。请稍后再试。',
    toPages: '前往公开页面',
    toStatus: '前往状态页面',
  },
  fr: {
    line: 'Page servie par notre second site.',
    lineMore: 'Pour la lecture seulement : les formulaires et la connexion n’y fonctionnent pas.',
    status: 'État des services',
    notHereTitle: 'Indisponible sur notre second site',
    notHere:
      'Nos pages publiques sont servies par notre second site, pour la lecture seulement. La connexion, les formulaires et tout ce qui demande ou modifie quelque chose n’y sont pas disponibles.',
    nothingKept: 'Rien de ce que vous avez envoyé n’a été conservé. Envoyez-le de nouveau quand le service sera rétabli.',
    notYetTitle: 'Indisponible pour le moment',
    notYet:
      'Les pages publiques sont en cours de récupération et de vérification. Aucune page non vérifiée n’est affichée. Réessayez dans un instant.',
    notFoundTitle: 'Page introuvable',
    notFound: 'Cette page n’existe pas. Vérifiez l’adresse.',
    malformedTitle: 'Cela n’est pas possible',
    malformed:
      'La demande ne pouvait pas être comprise d’une seule manière : elle a été refusée. Revenez en arrière, vérifiez l’adresse et réessayez.',
    faultTitle: 'Une erreur s’est produite',
    fault: 'Une erreur s’est produite de notre côté. Elle a été enregistrée. Réessayez dans un instant.',
    toPages: 'Vers les pages publiques',
    toStatus: 'Vers la page d’état des services',
  },
  ru: {
    line: 'Страница показана с нашей второй площадки.',
    lineMore: 'Только для чтения: формы и вход здесь не работают.',
    status: 'Состояние сервисов',
    notHereTitle: 'Недоступно на нашей второй площадке',
    notHere:
      'Наши открытые страницы показываются со второй площадки только для чтения. Вход, формы и всё остальное, что что-либо запрашивает или меняет, здесь недоступны.',
    nothingKept: 'Ничего из отправленного вами не сохранено. Отправьте снова, когда сервис заработает.',
    notYetTitle: 'Сейчас недоступно',
    notYet: 'Открытые страницы загружаются и проверяются. Непроверенные страницы не показываются. Попробуйте ещё раз чуть позже.',
    notFoundTitle: 'Страница не найдена',
    notFound: 'Такой страницы нет. Проверьте адрес.',
    malformedTitle: 'Это невозможно выполнить',
    malformed:
      'Запрос нельзя было понять однозначно, поэтому он отклонён. Вернитесь назад, проверьте адрес и попробуйте ещё раз.',
    faultTitle: 'Произошла ошибка',
    fault: 'На нашей стороне произошла ошибка. Она записана. Попробуйте ещё раз чуть позже.',
    toPages: 'К открытым страницам',
    toStatus: 'К странице состояния',
  },
  es: {
    line: 'Página servida desde nuestro segundo sitio.',
    lineMore: 'Solo para leer: los formularios y el inicio de sesión no funcionan aquí.',
    status: 'Estado de los servicios',
    notHereTitle: 'No disponible en nuestro segundo sitio',
    notHere:
      'Nuestras páginas públicas se sirven desde nuestro segundo sitio, solo para leer. El inicio de sesión, los formularios y todo lo demás que pide o cambia algo no están disponibles aquí.',
    nothingKept: 'No se ha guardado nada de lo que envió. Envíelo de nuevo cuando el servicio se restablezca.',
    notYetTitle: 'No disponible en este momento',
    notYet:
      'Se están obteniendo y verificando las páginas públicas. No se muestran páginas sin verificar. Inténtelo de nuevo en un momento.',
    notFoundTitle: 'Página no encontrada',
    notFound: 'No existe esa página. Compruebe la dirección.',
    malformedTitle: 'No se puede hacer esto',
    malformed:
      'La solicitud no podía entenderse de una sola manera, así que se rechazó. Vuelva atrás, compruebe la dirección e inténtelo de nuevo.',
    faultTitle: 'Algo ha fallado',
    fault: 'Algo ha fallado por nuestra parte. Ha quedado registrado. Inténtelo de nuevo en un momento.',
    toPages: 'A las páginas públicas',
    toStatus: 'Ir a la página de estado',
  },
};

/** What the reading room says for itself, in one language. */
export function roomWordsIn(language: Language): RoomWords {
  return WORDS[language];
}
