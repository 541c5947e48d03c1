import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';
import type { Subject } from './subject.rules.ts';

type Word =
  | Subject
  | 'views'
  | 'list'
  | 'map'
  | 'statistics'
  | 'narrowedBy'
  | 'leaveOut'
  | 'partOfMap'
  | 'seeMap'
  | 'onMap'
  | 'records'
  | 'wordsAsked';

const DICTIONARY: Dictionary<Word> = {
  en: {
    ships: 'Ships',
    safety: 'Safety at sea',
    security: 'Security',
    ports: 'Ports',
    sea: 'The marine environment',
    law: 'Law and administrations',
    more: 'More',
    views: 'Ways to see these records',
    list: 'List',
    map: 'Map',
    statistics: 'Statistics',
    narrowedBy: 'Narrowed to',
    leaveOut: 'Leave out: {filter}',
    partOfMap: 'a part of the map',
    onMap: 'On the map',
    seeMap: 'Where they are: a map of the records that this list finds',
    records: '{count} records',
    wordsAsked: 'Search',
  },
  fr: {
    ships: 'Navires',
    safety: 'Sécurité en mer',
    security: 'Sûreté',
    ports: 'Ports',
    sea: 'Le milieu marin',
    law: 'Droit et administrations',
    more: 'Autres',
    views: 'Façons de voir ces fiches',
    list: 'Liste',
    map: 'Carte',
    statistics: 'Statistiques',
    narrowedBy: 'Limité à',
    leaveOut: 'Ne plus limiter à : {filter}',
    partOfMap: 'une partie de la carte',
    onMap: 'Sur la carte',
    seeMap: 'Où elles se situent : carte des fiches que trouve cette liste',
    records: '{count} fiches',
    wordsAsked: 'Recherche',
  },
  es: {
    ships: 'Buques',
    safety: 'Seguridad en el mar',
    security: 'Protección',
    ports: 'Puertos',
    sea: 'El medio marino',
    law: 'Derecho y administraciones',
    more: 'Otros',
    views: 'Maneras de ver estos registros',
    list: 'Lista',
    map: 'Mapa',
    statistics: 'Estadísticas',
    narrowedBy: 'Limitado a',
    leaveOut: 'Dejar de limitar a: {filter}',
    partOfMap: 'una parte del mapa',
    onMap: 'En el mapa',
    seeMap: 'Dónde están: mapa de los registros que encuentra esta lista',
    records: '{count} registros',
    wordsAsked: 'Búsqueda',
  },
  ru: {
    ships: 'Суда',
    safety: 'Безопасность на море',
    security: 'Охрана',
    ports: 'Порты',
    sea: 'Морская среда',
    law: 'Право и администрации',
    more: 'Прочее',
    views: 'Способы просмотра этих записей',
    list: 'Список',
    map: 'Карта',
    statistics: 'Статистика',
    narrowedBy: 'Отобрано',
    leaveOut: 'Убрать условие: {filter}',
    partOfMap: 'часть карты',
    onMap: 'На карте',
    seeMap: 'Где они находятся: карта записей из этого списка',
    records: 'Записей: {count}',
    wordsAsked: 'Поиск',
  },
  zh: {
    ships: '船舶',
    safety: '海上安全',
    security: '保安',
    ports: '港口',
    sea: '海洋环境',
    law: '法律与主管机关',
    more: '其他',
    views: '查看这些记录的方式',
    list: '列表',
    map: '地图',
    statistics: '统计',
    narrowedBy: '筛选条件',
    leaveOut: '去掉条件：{filter}',
    partOfMap: '地图的一部分',
    onMap: '在地图上',
    seeMap: '所在位置：本列表所含记录的地图',
    records: '{count} 条记录',
    wordsAsked: '搜索',
  },
  ar: {
    ships: 'السفن',
    safety: 'السلامة في البحر',
    security: 'الأمن',
    ports: 'الموانئ',
    sea: 'البيئة البحرية',
    law: 'القانون والإدارات',
    more: 'المزيد',
    views: 'طرق عرض هذه السجلات',
    list: 'القائمة',
    map: 'الخريطة',
    statistics: 'الإحصاءات',
    narrowedBy: 'مقصور على',
    leaveOut: 'إلغاء الشرط: {filter}',
    partOfMap: 'جزء من الخريطة',
    onMap: 'على الخريطة',
    seeMap: 'مواقعها: خريطة السجلات التي تجدها هذه القائمة',
    records: '{count} سجل',
    wordsAsked: 'بحث',
  },
};

/** What the ways to see a module's records are called, in one language. */
export function siteWords(language: Language): Readonly<Record<Word, string>> {
  return DICTIONARY[language];
}
