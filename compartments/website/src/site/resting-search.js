// Searches titles and summaries in the browser while the search of the compartment is closed: month by month, the newest
// first, from files of the edition. It asks nobody but this site.
const place = document.getElementById('resting');
const { months: list, language, searched, on, all, nothing, hint } = place?.dataset ?? {};
const SHOWN = 20;

/** One form for one word: letters without marks, small, of one alif and one ya. */
function fold(text) {
  return text
    .normalize('NFKD')
    .replace(/[\p{Mn}\u0640]/gu, '')
    .toLowerCase()
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ё/g, 'е');
}

function make(name, text, more = {}) {
  const element = Object.assign(document.createElement(name), more);
  if (text) element.textContent = text;
  return element;
}

async function read(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply.json();
}

function show(entry, results) {
  const item = make('li');
  const heading = make('h2');
  const link = make('a', entry.title, { href: entry.href });
  if (entry.language !== language) {
    link.lang = entry.language;
    link.dir = 'auto';
  }
  heading.append(link);
  item.append(heading, make('p', entry.summary, { dir: 'auto' }));
  results.append(item);
}

async function search(query, months, parts) {
  const words = fold(query).split(/[^\p{L}\p{N}]+/u).filter(Boolean).slice(0, 12);
  const { results, note, button } = parts;
  let next = 0;
  let found = 0;
  const more = async () => {
    button.hidden = true;
    const until = found + SHOWN;
    while (next < months.length && found < until && words.length > 0) {
      const month = months[next++];
      for (const entry of await read(month.path)) {
        const text = fold(`${entry.title} ${entry.summary}`);
        if (!words.every((word) => text.includes(word))) continue;
        show(entry, results);
        found += 1;
      }
      note.textContent = searched.replace('{month}', month.name);
    }
    if (next < months.length) button.hidden = false;
    else note.textContent = found > 0 ? all : nothing.replace('{query}', query);
  };
  button.onclick = () => void more();
  await more();
}

if (place) {
  const results = make('ul', '', { className: 'list' });
  const note = make('p', '', { className: 'quiet' });
  note.setAttribute('role', 'status');
  const button = make('button', on, { type: 'button', hidden: true });
  const form = document.querySelector('.site-search form');
  const field = document.getElementById('site-query');
  place.replaceChildren(make('p', hint), results, note, button);
  const begin = async () => {
    results.replaceChildren();
    note.textContent = '';
    if (field.value.trim() !== '') await search(field.value.slice(0, 200), await read(list), { results, note, button });
  };
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    void begin();
  });
  const given = new URLSearchParams(location.search).get('q');
  if (given && field) {
    field.value = given.slice(0, 200);
    void begin();
  }
}
