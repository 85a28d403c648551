// The list: what is stored, newest first unless asked for otherwise.
import {byId, make} from './dom.js';
import {age, clock, counted, date, size} from './format.js';
import {confirmRemoval} from './removal.js';
import {exportUrl, loadSessions} from './server.js';

/**
 * @typedef {{id: string, format: string, started: number, duration_ms: number, events: number, bytes: number, pages: number, errors: number,
 *   rage_clicks: number}} Session
 */

/** @type {{key: keyof Session, title: string, text: (session: Session) => string, alarming?: boolean}[]} */
const columns = [
  {key: 'started', title: 'Started', text: session => age(session.started, Date.now())},
  {key: 'duration_ms', title: 'Duration', text: session => clock(session.duration_ms)},
  {key: 'pages', title: 'Pages', text: session => session.pages.toLocaleString('en')},
  {key: 'errors', title: 'Errors', text: session => session.errors.toLocaleString('en'), alarming: true},
  {key: 'rage_clicks', title: 'Rage clicks', text: session => session.rage_clicks.toLocaleString('en'), alarming: true},
  {key: 'events', title: 'Events', text: session => session.events.toLocaleString('en')},
  {key: 'bytes', title: 'Size', text: session => size(session.bytes)},
];

/** @type {Session[]} */
let known = [];
let truncated = false;
/** @type {{key: keyof Session, falling: boolean}} */
let order = {key: 'started', falling: true};

/** @type {() => Promise<void>} */
export const showSessions = async () => {
  document.title = 'Session replay';
  const answer = await loadSessions();
  known = answer.sessions;
  truncated = answer.truncated;
  show();
};

const show = () => {
  const wanted = known.filter(session => !byId('troubled').checked || session.errors > 0);
  const sign = order.falling ? -1 : 1;
  wanted.sort((a, b) => sign * (Number(a[order.key]) - Number(b[order.key])) || b.started - a.started);
  byId('summary').textContent = summary(wanted.length);
  byId('list').hidden = wanted.length === 0;
  byId('empty').hidden = wanted.length > 0;
  byId('empty-title').textContent = known.length ? 'None with errors' : 'Nothing recorded yet';
  byId('empty-text').textContent = known.length
    ? `None of ${counted(known.length, 'session')} has met an error.`
    : 'A page is recorded when it loads /rum-replay.js and says <html data-rum-replay>, and the server runs its replay writer.';
  byId('columns').replaceChildren(...columns.map(header), make('th', {scope: 'col'}, make('span', {className: 'hidden', textContent: 'Actions'})));
  byId('rows').replaceChildren(...wanted.map(row));
  byId('order').value = `${order.key} ${order.falling}`;
};

/** @type {(shown: number) => string} */
const summary = shown => {
  const all = counted(known.length, 'session') + (truncated ? ', the newest of more' : '');
  return shown === known.length ? all : `${shown.toLocaleString('en')} of ${all}`;
};

/** @type {(column: typeof columns[number]) => HTMLElement} */
const header = ({key, title}) => {
  const current = order.key === key;
  const button = make('button', {type: 'button', textContent: title, onclick: () => sortBy(key, current ? !order.falling : true)});
  const cell = make('th', {scope: 'col', className: key === 'started' ? '' : 'number'}, button);
  if (current) cell.setAttribute('aria-sort', order.falling ? 'descending' : 'ascending');
  return cell;
};

/** @type {(key: keyof Session, falling: boolean) => void} */
const sortBy = (key, falling) => {
  order = {key, falling};
  show();
  const place = columns.findIndex(column => column.key === key);
  // The button that was pressed has been made anew.
  if (document.activeElement === document.body) byId('columns').children[place].firstChild.focus();
};

/** @type {(session: Session) => HTMLElement} */
const row = session => make('tr', {}, ...columns.map(column => cell(session, column)), actions(session));

/** @type {(session: Session, column: typeof columns[number]) => HTMLElement} */
const cell = (session, {key, title, text, alarming}) => {
  const shown = key === 'started' ? started(session) : make('span', {textContent: text(session)});
  if (alarming && Number(session[key]) > 0) shown.className = `pill ${key}`;
  const made = make('td', {className: key === 'started' ? '' : 'number'}, shown);
  made.dataset.title = title;
  return made;
};

/** @type {(session: Session) => HTMLElement} */
const started = session => {
  const link = make('a', {href: `#${session.id}`, textContent: columns[0].text(session), title: date(session.started)});
  const about = session.format === 'rrweb' ? `${session.id.slice(0, 8)} · rrweb` : session.id.slice(0, 8);
  return make('span', {className: 'started'}, link, make('code', {className: 'quiet', textContent: about}));
};

/** @type {(session: Session) => HTMLElement} */
const actions = session => {
  const which = `${columns[0].text(session)}, ${session.id.slice(0, 8)}`;
  const play = make('a', {className: 'button', href: `#${session.id}`, textContent: 'Play', ariaLabel: `Play the session of ${which}`});
  const save = make('a', {className: 'button', href: exportUrl(session.id), download: '', textContent: 'Export', ariaLabel: `Export the session of ${which}`});
  const remove = make('button', {type: 'button', className: 'danger', textContent: 'Delete…', ariaLabel: `Delete the session of ${which}`});
  remove.addEventListener('click', async () => {
    if (!await confirmRemoval(session.id, `Started ${date(session.started)}, ${counted(session.events, 'event')}.`)) return;
    known = known.filter(each => each !== session);
    show();
    byId('refresh').focus();
  });
  return make('td', {className: 'actions'}, play, save, remove);
};

byId('troubled').addEventListener('change', show);
byId('order').append(...columns.flatMap(({key, title}) => [true, false].map(falling =>
  make('option', {value: `${key} ${falling}`, textContent: `${title}, ${key === 'started' ? (falling ? 'newest first' : 'oldest first') : (falling ? 'most first' : 'least first')}`}))));
byId('order').addEventListener('change', () => {
  const [key, falling] = byId('order').value.split(' ');
  order = {key, falling: falling === 'true'};
  show();
});
