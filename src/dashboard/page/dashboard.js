// @ts-check
/** The page: what the server tells goes into the history, and from there into every panel. */
import {say, set} from './dom.js';
import {age, clock} from './format.js';
import {EVERY, Live} from './live.js';
import {Window, steps} from './measures.js';
import {Endpoints} from './panel-endpoints.js';
import {Errors} from './panel-errors.js';
import {Flow} from './panel-flow.js';
import {Headline} from './panel-headline.js';
import {Ingest} from './panel-ingest.js';
import {Loads} from './panel-loads.js';
import {Network} from './panel-network.js';
import {Probes} from './panel-probes.js';
import {Requests} from './panel-requests.js';
import {Sessions} from './panel-sessions.js';
import {Vitals} from './panel-vitals.js';
import {History} from './samples.js';
import {startThemes} from './theme.js';

/** @type {(id: string) => HTMLElement} */
const byId = id => /** @type {HTMLElement} */ (document.getElementById(id));

const history = new History();
const opened = Date.now();
/** @type {number | undefined} */
let answeredAt;
/** @type {string | undefined} */
let failure;
/** @type {number | undefined} */
let restartedAt;
/** @type {string | undefined} */
let endpoint;
let range = 300;

/** @param {string | undefined} chosen */
const choose = chosen => {
  endpoint = chosen;
  byId('chosen').hidden = chosen === undefined;
  say(byId('chosen-name'), chosen ?? '');
  show();
};

const panels = [
  new Headline(), new Requests(), new Endpoints(choose), new Loads(), new Vitals(), new Network(), new Flow(),
  new Sessions(), new Errors(), new Probes(), new Ingest(),
];
byId('panels').replaceChildren(...panels.map(({element}) => element));

const show = () => {
  const end = history.times.at(-1);
  if (!history.answer || end === undefined) return;
  const {prometheus, names, interval_seconds: interval} = history.answer;
  const view = {
    history, range, endpoint, where: {prometheus, names},
    window: new Window(history, end - range * 1000, end),
    steps: steps(history, range, history.running ? interval : EVERY),
  };
  panels.forEach(panel => panel.update(view));
  document.title = `${byId('headline').querySelector('strong')?.textContent} · ${location.host}`;
  const reach = (end - history.times[0]) / 1000;
  say(byId('reach'), reach < range - interval ? `${age(reach)} known so far` : '');
};

const live = new Live(new URL('data', import.meta.url), {
  query: () => history.query(),
  forget: () => history.reset(),
  answered: answer => {
    if (history.take(answer)) restartedAt = Date.now();
    answeredAt = performance.now();
    failure = undefined;
    show();
    showState();
  },
  failed: why => {
    failure ??= `The server is out of reach since ${clock(Date.now(), true)}: ${why}. This page asks again every ${EVERY} seconds.`;
    showState();
  },
});

const showState = () => {
  const state = failure ? 'lost' : live.paused ? 'paused' : 'live';
  set(byId('state'), 'data-state', state);
  const old = answeredAt === undefined ? '' : `, ${age((performance.now() - answeredAt) / 1000)} ago`;
  say(byId('state'), {
    lost: `No answer${old && `: numbers are from ${old.slice(2)}`}`, paused: `Paused${old}`, live: answeredAt === undefined ? 'Connecting' : `Live${old}`,
  }[state]);
  const notes = [
    failure,
    history.answer && !history.running && `The server keeps no history: this page remembers since it was opened, at ${clock(opened)}. ` +
      'Spawn monitor.history() in the application, and an hour is there when a page opens.',
    restartedAt && `The server began anew; what was before ${clock(restartedAt)} is gone.`,
  ].filter(Boolean).join(' ');
  say(byId('notice'), notes);
  byId('notice').hidden = notes === '';
};

byId('ranges').addEventListener('change', event => {
  range = Number(/** @type {HTMLInputElement} */ (event.target).value);
  show();
});
byId('pause').addEventListener('click', () => {
  live.pause(!live.paused);
  set(byId('pause'), 'aria-pressed', String(live.paused));
  showState();
});
byId('show-all').addEventListener('click', () => {
  choose(undefined);
  byId('endpoint-filter').focus();
});
say(byId('host'), location.host);
startThemes(byId('theme'), byId('theme-name'));
setInterval(() => document.hidden || showState(), 1000);
live.wake();
