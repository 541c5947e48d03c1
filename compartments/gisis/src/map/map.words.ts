import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';

type Word =
  | 'title'
  | 'picture'
  | 'told'
  | 'toldOne'
  | 'none'
  | 'alone'
  | 'past'
  | 'legend'
  | 'others'
  | 'notGiven'
  | 'nearer'
  | 'zoomOut'
  | 'zoomIn'
  | 'wholeWorld'
  | 'land'
  | 'counted'
  | 'open'
  | 'openHint'
  | 'moving'
  | 'movingHint'
  | 'inView'
  | 'nothingInView'
  | 'comeNearer'
  | 'moreInView'
  | 'failed'
  | 'theseInList'
  | 'loading';

const DICTIONARY: Dictionary<Word> = {
  en: {
    title: 'Map: {module}',
    picture: 'A map of the world with what was found: {module}',
    told: '{count} records with a position; those near each other are gathered in one mark.',
    toldOne: '1 record with a position.',
    none: 'None of the records found has a position.',
    alone: 'Records without a position stand in the list alone.',
    past: 'Past the map',
    legend: 'What the marks mean',
    others: 'Others',
    notGiven: 'Not given',
    nearer: 'come nearer',
    zoomOut: 'Further away',
    zoomIn: 'Nearer',
    wholeWorld: 'The whole world',
    land: 'Coasts: Natural Earth. No borders and no names of places are drawn.',
    counted: 'As of {moment}',
    open: 'Open the moving map',
    openHint: 'Loads {size} kB from this site.',
    moving: 'Moving map',
    movingHint: 'Drag it, or use the arrow keys to move and + and − to come nearer or go further away.',
    inView: 'In view: {count}',
    nothingInView: 'No record lies in this part of the map.',
    comeNearer: 'Come nearer to see them one by one.',
    moreInView: 'and {count} more',
    failed: 'This browser cannot show the moving map. The picture and the list tell the same.',
    theseInList: 'These in the list',
    loading: 'The map is being loaded.',
  },
  fr: {
    title: 'Carte : {module}',
    picture: 'Carte du monde des fiches trouvées : {module}',
    told: '{count} fiches avec une position ; celles qui sont proches sont réunies en un seul signe.',
    toldOne: '1 fiche avec une position.',
    none: 'Aucune des fiches trouvées n’a de position.',
    alone: 'Les fiches sans position ne figurent que dans la liste.',
    past: 'Passer la carte',
    legend: 'Signification des signes',
    others: 'Autres',
    notGiven: 'Non indiqué',
    nearer: 'se rapprocher',
    zoomOut: 'S’éloigner',
    zoomIn: 'Se rapprocher',
    wholeWorld: 'Le monde entier',
    land: 'Côtes : Natural Earth. Ni frontières ni noms de lieux ne sont tracés.',
    counted: 'État au {moment}',
    open: 'Ouvrir la carte mobile',
    openHint: 'Charge {size} ko depuis ce site.',
    moving: 'Carte mobile',
    movingHint: 'Faites-la glisser, ou utilisez les flèches pour la déplacer, + et − pour se rapprocher ou s’éloigner.',
    inView: 'Visibles : {count}',
    nothingInView: 'Aucune fiche dans cette partie de la carte.',
    comeNearer: 'Rapprochez-vous pour les voir une à une.',
    moreInView: 'et {count} de plus',
    failed: 'Ce navigateur ne peut pas afficher la carte mobile. L’image et la liste disent la même chose.',
    theseInList: 'Celles-ci dans la liste',
    loading: 'La carte se charge.',
  },
  es: {
    title: 'Mapa: {module}',
    picture: 'Mapa del mundo con lo encontrado: {module}',
    told: '{count} registros con posición; los cercanos se reúnen en una sola marca.',
    toldOne: '1 registro con posición.',
    none: 'Ninguno de los registros encontrados tiene posición.',
    alone: 'Los registros sin posición figuran solo en la lista.',
    past: 'Saltar el mapa',
    legend: 'Qué significan las marcas',
    others: 'Otros',
    notGiven: 'No indicado',
    nearer: 'acercarse',
    zoomOut: 'Alejarse',
    zoomIn: 'Acercarse',
    wholeWorld: 'El mundo entero',
    land: 'Costas: Natural Earth. No se trazan fronteras ni nombres de lugares.',
    counted: 'A fecha de {moment}',
    open: 'Abrir el mapa móvil',
    openHint: 'Carga {size} kB de este sitio.',
    moving: 'Mapa móvil',
    movingHint: 'Arrástrelo, o use las flechas para moverlo y + y − para acercarse o alejarse.',
    inView: 'A la vista: {count}',
    nothingInView: 'No hay ningún registro en esta parte del mapa.',
    comeNearer: 'Acérquese para verlos uno por uno.',
    moreInView: 'y {count} más',
    failed: 'Este navegador no puede mostrar el mapa móvil. La imagen y la lista dicen lo mismo.',
    theseInList: 'Estos en la lista',
    loading: 'El mapa se está cargando.',
  },
  ru: {
    title: 'Карта: {module}',
    picture: 'Карта мира с найденными записями: {module}',
    told: 'Записей с координатами: {count}; близкие друг к другу собраны в один знак.',
    toldOne: '1 запись с координатами.',
    none: 'Ни у одной из найденных записей нет координат.',
    alone: 'Записи без координат есть только в списке.',
    past: 'Пропустить карту',
    legend: 'Что означают знаки',
    others: 'Прочие',
    notGiven: 'Не указано',
    nearer: 'приблизить',
    zoomOut: 'Отдалить',
    zoomIn: 'Приблизить',
    wholeWorld: 'Весь мир',
    land: 'Берега: Natural Earth. Границы и названия не показаны.',
    counted: 'По состоянию на {moment}',
    open: 'Открыть подвижную карту',
    openHint: 'С этого сайта загрузится {size} кБ.',
    moving: 'Подвижная карта',
    movingHint: 'Перетаскивайте её или двигайте стрелками; + и − приближают и отдаляют.',
    inView: 'На виду: {count}',
    nothingInView: 'В этой части карты записей нет.',
    comeNearer: 'Приблизьте, чтобы увидеть каждую.',
    moreInView: 'и ещё {count}',
    failed: 'Этот браузер не может показать подвижную карту. Рисунок и список говорят то же самое.',
    theseInList: 'Эти записи в списке',
    loading: 'Карта загружается.',
  },
  zh: {
    title: '地图：{module}',
    picture: '所找到记录的世界地图：{module}',
    told: '{count} 条记录有位置；相近的合为一个标记。',
    toldOne: '1 条记录有位置。',
    none: '所找到的记录均无位置。',
    alone: '没有位置的记录只出现在列表中。',
    past: '跳过地图',
    legend: '标记的含义',
    others: '其他',
    notGiven: '未填',
    nearer: '放大',
    zoomOut: '缩小',
    zoomIn: '放大',
    wholeWorld: '全世界',
    land: '海岸线：Natural Earth。不绘国界和地名。',
    counted: '截至 {moment}',
    open: '打开可移动的地图',
    openHint: '从本站载入 {size} kB。',
    moving: '可移动的地图',
    movingHint: '可拖动，或用方向键移动，用 + 和 − 放大或缩小。',
    inView: '可见：{count}',
    nothingInView: '地图的这一部分没有记录。',
    comeNearer: '放大即可逐条查看。',
    moreInView: '另有 {count} 条',
    failed: '此浏览器无法显示可移动的地图。图片和列表内容相同。',
    theseInList: '在列表中查看这些记录',
    loading: '正在载入地图。',
  },
  ar: {
    title: 'الخريطة: {module}',
    picture: 'خريطة العالم وعليها ما وُجد: {module}',
    told: '{count} سجل له موقع؛ وتُجمع السجلات المتقاربة في علامة واحدة.',
    toldOne: 'سجل واحد له موقع.',
    none: 'ليس لأي من السجلات الموجودة موقع.',
    alone: 'السجلات التي لا موقع لها ترد في القائمة وحدها.',
    past: 'تجاوز الخريطة',
    legend: 'معاني العلامات',
    others: 'غير ذلك',
    notGiven: 'غير مذكور',
    nearer: 'تقريب',
    zoomOut: 'إبعاد',
    zoomIn: 'تقريب',
    wholeWorld: 'العالم كله',
    land: 'السواحل: Natural Earth. لا تُرسم حدود ولا أسماء أماكن.',
    counted: 'حتى {moment}',
    open: 'فتح الخريطة المتحركة',
    openHint: 'يُحمَّل {size} كيلوبايت من هذا الموقع.',
    moving: 'الخريطة المتحركة',
    movingHint: 'اسحبها، أو استخدم مفاتيح الأسهم لتحريكها و+ و− للتقريب والإبعاد.',
    inView: 'الظاهر: {count}',
    nothingInView: 'لا سجل في هذا الجزء من الخريطة.',
    comeNearer: 'قرّب الخريطة لرؤيتها واحدًا واحدًا.',
    moreInView: 'و{count} أخرى',
    failed: 'لا يستطيع هذا المتصفح عرض الخريطة المتحركة. الصورة والقائمة تقولان الشيء نفسه.',
    theseInList: 'هذه السجلات في القائمة',
    loading: 'يجري تحميل الخريطة.',
  },
};

/** The words of maps in one language. */
export function mapWords(language: Language): Readonly<Record<Word, string>> {
  return DICTIONARY[language];
}
