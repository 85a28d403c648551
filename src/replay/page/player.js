// Plays one session: the clock, the controls and the keys.
import {byId} from './dom.js';
import {clock, counted, date} from './format.js';
import {makeLog} from './log.js';
import {modelOf, placeAfter, sceneAt} from './model.js';
import {confirmRemoval} from './removal.js';
import {playForeign, stopForeign} from './rrweb.js';
import {makeScene} from './scene.js';
import {exportUrl, loadSession} from './server.js';
import {makeTrack} from './track.js';

const SPEEDS = [0.5, 1, 2, 4, 8];
const STEP = 5000;

/** @typedef {ReturnType<typeof modelOf>} Model */

const render = makeScene(byId('scene'));
/** @type {Model | undefined} */
let model;
let at = 0;
let playing = false;
let speed = 1;
/** @type {number} */
let tickedAt;
/** @type {(at: number, text: string) => void} */
let moveTrack;
/** @type {(at: number) => void} */
let markLine;
/** @type {string} The session that is open or about to be; answers for another one come too late. */
let wanted = '';

/** @type {(id: string) => Promise<void>} */
export const openSession = async id => {
  wanted = id;
  document.title = `Session ${id.slice(0, 8)}`;
  byId('title').textContent = `Session ${id.slice(0, 8)}`;
  byId('about').textContent = 'Loading…';
  byId('export').href = exportUrl(id);
  byId('theatre').hidden = byId('foreign').hidden = true;
  const {format, events} = await loadSession(id).catch(error => {
    byId('about').textContent = '';
    throw error;
  });
  if (wanted !== id) return;
  byId('about').textContent = about(events);
  if (format === 'rrweb') await playForeign(events);
  else stage(modelOf(events));
};

/** @type {(events: any[]) => string} Of whatever format, all have their time. */
const about = events => {
  const times = events.map(event => Number(event?.timestamp)).filter(Number.isFinite);
  const start = times.reduce((a, b) => Math.min(a, b), Infinity);
  const duration = times.reduce((a, b) => Math.max(a, b), start) - start;
  return times.length ? `${date(start)} · ${clock(duration)} · ${counted(events.length, 'event')}` : 'No events';
};

export const closeSession = () => {
  wanted = '';
  pause();
  model = undefined;
  stopForeign();
};

/** @type {(opened: Model) => void} */
const stage = opened => {
  model = opened;
  moveTrack = makeTrack(opened, seek);
  markLine = makeLog(opened, seek);
  byId('theatre').hidden = false;
  byId('next-error').disabled = opened.errors.length === 0;
  seek(0);
};

const show = () => {
  if (!model) return;
  const scene = sceneAt(model, at);
  const clicks = scene.clicks.map(click => ({...click, age: at - click.at}));
  render({...scene, clicks});
  const text = `${clock(at)} / ${clock(model.duration)}`;
  byId('time').textContent = text;
  moveTrack(at, text);
  markLine(at);
  byId('place').textContent = scene.endpoint ?? '';
  byId('size').textContent = scene.viewport ? `${scene.viewport.width} × ${scene.viewport.height}` : '';
  const badge = scene.error ? `error: ${scene.error.kind.replace('_', ' ')}` : scene.raging ? 'rage click' : scene.hidden ? 'in another tab' : '';
  byId('badge').hidden = !badge;
  byId('badge').textContent = badge;
  byId('badge').className = `badge ${scene.error ? 'error' : scene.raging ? 'rage' : ''}`;
};

/** @type {(to: number) => void} */
const seek = to => {
  at = Math.min(Math.max(to, 0), model?.duration ?? 0);
  show();
};

/** @type {(time: number) => void} */
const tick = time => {
  if (!playing || !model) return;
  at += (time - tickedAt) * speed;
  tickedAt = time;
  const gap = byId('skip').checked && model.idle[placeAfter(model.idle, at) - 1];
  if (gap && at < gap.to) at = gap.to;
  if (at >= model.duration) pause();
  seek(at);
  if (playing) requestAnimationFrame(tick);
};

const play = () => {
  if (!model) return;
  if (at >= model.duration) seek(0);
  playing = true;
  byId('play').textContent = 'Pause';
  tickedAt = performance.now();
  requestAnimationFrame(tick);
};

const pause = () => {
  playing = false;
  byId('play').textContent = 'Play';
};

const toggle = () => playing ? pause() : play();

/** After the last one comes the first again. */
const nextError = () => {
  const errors = model?.errors ?? [];
  const next = errors.find(error => error.at > at) ?? errors[0];
  if (next) seek(next.at);
};

/** @type {(step: number) => void} */
const changeSpeed = step => {
  speed = SPEEDS[Math.min(Math.max(SPEEDS.indexOf(speed) + step, 0), SPEEDS.length - 1)];
  byId('speed').value = speed;
};

/** @type {Record<string, () => void>} */
const keys = {
  ' ': toggle,
  ArrowLeft: () => seek(at - STEP),
  ArrowRight: () => seek(at + STEP),
  Home: () => seek(0),
  End: () => seek(Infinity),
  '+': () => changeSpeed(1),
  '-': () => changeSpeed(-1),
  e: nextError,
};

addEventListener('keydown', event => {
  const {target, key} = /** @type {any} */ (event);
  if (!model || event.ctrlKey || event.metaKey || event.altKey || byId('confirm').open || !Object.hasOwn(keys, key)) return;
  // A control in focus keeps its own keys; the bar's arrows would go by the millisecond.
  const own = target.matches('button, a, select, summary, input:not([type=range])');
  if (own && (key === ' ' || target.localName === 'select')) return;
  event.preventDefault();
  keys[key]();
});

byId('speed').append(...SPEEDS.map(each => new Option(`${each}×`, String(each), each === speed, each === speed)));
byId('speed').addEventListener('change', () => { speed = Number(byId('speed').value); });
byId('play').addEventListener('click', toggle);
byId('next-error').addEventListener('click', nextError);
byId('remove').addEventListener('click', async () => {
  const id = wanted;
  pause();
  if (await confirmRemoval(id, byId('about').textContent)) location.hash = '';
});
