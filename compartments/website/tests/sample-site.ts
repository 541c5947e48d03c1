import type { Language } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import sharp from 'sharp';
import type { ArticleText, Content, LeadPicture, Rendition } from '#article/article.rules.ts';
import { digestSource } from '#article/digest.rules.ts';
import { NO_SUBJECTS } from '#article/subject.rules.ts';
import { approvedRows, makeContent, makeText, type Row, withdrawalRow } from './published-rows.ts';
import { contentsOf, readPicture, readSamples } from './sample-articles.ts';

/** A site with one of everything, in six languages: what tests and looks at pages are made of. */
export type SampleSite = { readonly rows: readonly Row[]; readonly blobs: ReadonlyMap<string, Buffer> };

const TOPIC = 201;
const SAFETY = 202;
const BODY = 203;
const PRESS = 204;
const SECURITY = 205;

type Six = readonly [en: string, fr: string, es: string, ru: string, zh: string, ar: string];
const ORDER = ['en', 'fr', 'es', 'ru', 'zh', 'ar'] as const;

function texts(
  titles: Six,
  summaries: Six,
  more: Partial<Record<Language, string>> & { readonly places?: Six } = {},
): Content['texts'] {
  return Object.fromEntries(
    ORDER.map((language, at): [Language, ArticleText] => [
      language,
      {
        ...makeText(titles[at] ?? '', { body: more[language] ?? summaries[at] ?? '' }),
        summary: summaries[at] ?? '',
        place: more.places?.[at] ?? '',
      },
    ]),
  );
}

const rendered = new Map<string, { readonly renditions: readonly Rendition[]; readonly files: readonly Buffer[] }>();

/** A picture in the widths and formats in which the newsroom would keep it. */
async function develop(
  picture: LeadPicture,
  bytes: Buffer,
): Promise<{ readonly picture: LeadPicture; readonly files: readonly Buffer[] }> {
  const known = rendered.get(picture.sha256);
  if (known) return { picture: { ...picture, renditions: known.renditions }, files: known.files };
  const renditions: Rendition[] = [];
  const files: Buffer[] = [];
  for (const format of ['avif', 'webp'] as const)
    for (const width of [400, 800]) {
      const { data, info } = await sharp(bytes)
        .resize({ width })
        .toFormat(format, { quality: 55, effort: 2 })
        .toBuffer({ resolveWithObject: true });
      renditions.push({ mediaType: `image/${format}`, width: info.width, height: info.height, sha256: sha256Hex(data) });
      files.push(data);
    }
  rendered.set(picture.sha256, { renditions, files });
  return { picture: { ...picture, renditions }, files };
}

export async function sampleSite(from: Date): Promise<SampleSite> {
  const rows: Row[] = [];
  const blobs = new Map<string, Buffer>();
  let at = from.getTime();
  const publish = async (id: number, number: number, content: Content) => {
    rows.push(...(await approvedRows(id, number, content, new Date(at))));
    at += 3_600_000;
  };
  for (const [index, sample] of readSamples().entries()) {
    for (const [version, content] of contentsOf(sample).entries()) {
      const { picture } = content;
      const original = sample.picture ? readPicture(sample.picture.file) : undefined;
      const developed = picture && original ? await develop(picture, original) : undefined;
      for (const bytes of [...(original ? [original] : []), ...(developed?.files ?? [])]) blobs.set(sha256Hex(bytes), bytes);
      const subjects = {
        ...NO_SUBJECTS,
        topics: index % 2 === 0 ? [TOPIC] : [SAFETY],
        bodies: index === 0 ? [BODY] : [],
        contacts: index === 0 ? [PRESS] : [],
        symbols: index === 0 ? ['MSC 108/1', 'MSC.1/Circ.1678'] : [],
      };
      await publish(index + 1, version + 1, {
        ...content,
        subjects,
        picture: developed ? { ...developed.picture, focus: { x: 50, y: 40 } } : null,
      });
    }
  }
  for (const [id, content] of furniture()) await publish(id, 1, content);
  const gone = makeContent({ slug: 'gone' });
  await publish(900, 1, gone);
  rows.push(await withdrawalRow(900, 1, gone, { en: 'It was wrong.', ar: 'كان خاطئاً.' }, new Date(at)));
  const en = makeText('Half done');
  await publish(
    901,
    1,
    makeContent(
      { slug: 'half-done' },
      { en, fr: { ...makeText('À moitié'), sourceSha256: digestSource({ ...en, title: 'Before' }) } },
    ),
  );
  return { rows, blobs };
}

function furniture(): [number, Content][] {
  const place: Six = ['London', 'Londres', 'Londres', 'Лондон', '伦敦', 'لندن'];
  const events = [
    {
      id: 301,
      slug: 'legal-committee-114',
      startsAt: '2026-04-27T08:30:00.000Z',
      endsAt: '2026-05-01T16:30:00.000Z',
      zone: 'Europe/London',
    },
    {
      id: 302,
      slug: 'day-of-the-seafarer',
      startsAt: '2026-06-25T00:00:00.000Z',
      endsAt: '2026-06-25T22:00:00.000Z',
      zone: 'UTC',
    },
    {
      id: 303,
      slug: 'workshop-2026',
      startsAt: '2026-02-02T08:00:00.000Z',
      endsAt: '2026-02-03T15:00:00.000Z',
      zone: 'Africa/Cairo',
    },
  ];
  const titles: readonly Six[] = [
    [
      'Legal Committee, 114th session',
      'Comité juridique, 114ᵉ session',
      'Comité Jurídico, 114.º periodo de sesiones',
      'Юридический комитет, 114-я сессия',
      '法律委员会第114届会议',
      'اللجنة القانونية، الدورة 114',
    ],
    ['Day of the Seafarer', 'Journée des gens de mer', 'Día de la Gente de Mar', 'День моряка', '世界海员日', 'يوم البحارة'],
    [
      'Workshop on port call data',
      'Atelier sur les données d’escale',
      'Taller sobre datos de escala',
      'Семинар по данным о заходах',
      '到港数据研讨会',
      'حلقة عمل عن بيانات رسو السفن',
    ],
  ];
  const invitation: Six = [
    'Delegations and observers meet.',
    'Réunion des délégations et des observateurs.',
    'Reunión de las delegaciones y los observadores.',
    'Встреча делегаций и наблюдателей.',
    '各代表团和观察员会议。',
    'اجتماع الوفود والمراقبين.',
  ];
  return [
    [
      TOPIC,
      makeContent(
        { kind: 'topic', slug: 'rescue-at-sea' },
        texts(
          [
            'Search and rescue',
            'Recherche et sauvetage',
            'Búsqueda y salvamento',
            'Поиск и спасание',
            '搜寻与救助',
            'البحث والإنقاذ',
          ],
          [
            'Who answers a call for help at sea.',
            'Qui répond aux appels de détresse en mer.',
            'Quién responde a una llamada de socorro en el mar.',
            'Кто отвечает на призыв о помощи в море.',
            '由谁回应海上求救。',
            'من يجيب نداء الاستغاثة في البحر.',
          ],
        ),
      ),
    ],
    [
      SAFETY,
      makeContent(
        { kind: 'topic', slug: 'safe-ships' },
        texts(
          ['Maritime safety', 'Sécurité maritime', 'Seguridad marítima', 'Безопасность на море', '海上安全', 'السلامة البحرية'],
          [
            'Ships, crews and the rules that protect them.',
            'Les navires, les équipages et les règles qui les protègent.',
            'Los buques, las tripulaciones y las normas que los protegen.',
            'Суда, экипажи и правила, которые их защищают.',
            '船舶、船员以及保护他们的规则。',
            'السفن وأطقمها والقواعد التي تحميها.',
          ],
        ),
      ),
    ],
    [
      BODY,
      makeContent(
        { kind: 'body', slug: 'committee-on-safety' },
        texts(
          [
            'Safety Committee',
            'Comité de la sécurité',
            'Comité de Seguridad',
            'Комитет по безопасности',
            '安全委员会',
            'لجنة السلامة',
          ],
          [
            'Decides on rules for the safety of ships.',
            'Décide des règles de sécurité des navires.',
            'Decide las normas de seguridad de los buques.',
            'Принимает правила безопасности судов.',
            '制定船舶安全规则。',
            'تقرر قواعد سلامة السفن.',
          ],
        ),
      ),
    ],
    [
      PRESS,
      makeContent(
        {
          kind: 'contact',
          slug: 'press-desk',
          details: { contact: { email: 'press@example.org', phone: '+44 20 7946 0000', href: '' } },
        },
        texts(
          ['Press office', 'Service de presse', 'Oficina de prensa', 'Пресс-служба', '新闻处', 'مكتب الصحافة'],
          [
            'Questions of journalists.',
            'Questions des journalistes.',
            'Preguntas de periodistas.',
            'Вопросы журналистов.',
            '记者提问。',
            'أسئلة الصحفيين.',
          ],
        ),
      ),
    ],
    [
      SECURITY,
      makeContent(
        { kind: 'contact', slug: 'security', details: { contact: { email: 'security@example.org', phone: '', href: '' } } },
        texts(
          [
            'Security of this site',
            'Sécurité de ce site',
            'Seguridad de este sitio',
            'Безопасность сайта',
            '网站安全',
            'أمن الموقع',
          ],
          [
            'Reports of weaknesses.',
            'Signalement de failles.',
            'Avisos de vulnerabilidades.',
            'Сообщения об уязвимостях.',
            '漏洞报告。',
            'الإبلاغ عن الثغرات.',
          ],
        ),
      ),
    ],
    [
      206,
      makeContent(
        { kind: 'accreditation', slug: 'press-pass', details: { path: 'media' } },
        texts(
          [
            'Media accreditation',
            'Accréditation des médias',
            'Acreditación de medios',
            'Аккредитация СМИ',
            '媒体认证',
            'اعتماد وسائل الإعلام',
          ],
          [
            'How journalists are admitted to meetings.',
            'Comment les journalistes accèdent aux réunions.',
            'Cómo acceden los periodistas a las reuniones.',
            'Как журналисты допускаются на заседания.',
            '记者如何参加会议。',
            'كيف يُسمح للصحفيين بحضور الاجتماعات.',
          ],
        ),
      ),
    ],
    [
      207,
      makeContent(
        {
          kind: 'section',
          slug: 'for-media',
          details: {
            blocks: [
              { kind: 'text' },
              { kind: 'latest', kinds: ['press-briefing', 'statement'], topic: null, body: null, count: 3 },
              { kind: 'links', articles: [206] },
              { kind: 'contact', contact: PRESS },
            ],
          },
        },
        texts(
          ['For the media', 'Médias', 'Medios', 'Для СМИ', '媒体', 'لوسائل الإعلام'],
          [
            'Briefings, statements and whom to ask.',
            'Points de presse, déclarations et contacts.',
            'Notas, declaraciones y a quién preguntar.',
            'Брифинги, заявления и контакты.',
            '简报、声明和联系人。',
            'إحاطات وبيانات وجهات الاتصال.',
          ],
        ),
      ),
    ],
    [
      208,
      makeContent(
        {
          kind: 'home',
          slug: 'home',
          details: {
            blocks: [
              { kind: 'lead', article: 1 },
              { kind: 'latest', kinds: [], topic: null, body: null, count: 6 },
              { kind: 'events', topic: null, body: null, count: 4 },
            ],
          },
        },
        texts(
          ['Home', 'Accueil', 'Inicio', 'Главная', '首页', 'الرئيسية'],
          [
            'Safe, secure and clean seas: what the organisation decides and does.',
            'Des mers sûres et propres : ce que l’organisation décide et fait.',
            'Mares seguros y limpios: lo que la organización decide y hace.',
            'Безопасные и чистые моря: что решает и делает организация.',
            '安全、清洁的海洋：本组织的决定和行动。',
            'بحار آمنة ونظيفة: ما تقرره المنظمة وما تفعله.',
          ],
        ),
      ),
    ],
    [
      209,
      makeContent(
        {
          kind: 'redirects',
          slug: 'old-site',
          details: {
            redirects: [
              { from: '/en/MediaCentre/Pages/Home.aspx', to: '/en/news/' },
              { from: '/old%20page', to: '/en/' },
            ],
          },
        },
        { en: makeText('Old addresses') },
      ),
    ],
    ...events.map(({ id, slug, ...times }, at): [number, Content] => [
      id,
      makeContent(
        {
          kind: 'event',
          slug,
          subjects: { ...NO_SUBJECTS, topics: [SAFETY], bodies: at === 0 ? [BODY] : [] },
          details: { event: { ...times, online: at === 1 ? 'https://example.org/live' : '' } },
        },
        texts(titles[at] ?? (['', '', '', '', '', ''] as const), invitation, { places: place }),
      ),
    ]),
  ];
}
