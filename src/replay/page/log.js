// The session in words, each line a way to its moment.
import {byId, make} from './dom.js';
import {clock} from './format.js';
import {placeAfter} from './model.js';

/** @typedef {ReturnType<typeof import('./model.js').modelOf>} Model */

/** More lines than that nobody reads, and they would make the page slow. */
const MOST = 1000;

/** @type {Record<string, (event: any) => string[]>} What happened, and to what. */
const words = {
  navigation: ({endpoint}) => ['Page', endpoint],
  click: ({target}) => ['Click', target],
  input: ({field, target}) => [`Input, ${field}`, target],
  error: ({kind}) => ['Error', kind.replace('_', ' ')],
  visibility: ({state}) => [state === 'hidden' ? 'Left for another tab' : 'Came back', ''],
};

/** @type {(model: Model, seek: (at: number) => void) => (at: number) => void} What marks the current line. */
export const makeLog = (model, seek) => {
  const raging = new Set(model.rages);
  const shown = model.story.slice(0, MOST);
  const lines = shown.map(event => line(event, raging.has(event), seek));
  const left = model.story.length - shown.length;
  byId('log').replaceChildren(...lines);
  byId('log').scrollTop = 0;
  byId('log-more').hidden = left === 0;
  byId('log-more').textContent = `and ${left.toLocaleString('en')} more, in the export`;
  /** @type {any} */
  let current;
  return at => {
    const next = lines[placeAfter(shown, at) - 1];
    if (next === current) return;
    current?.removeAttribute('aria-current');
    current = next;
    current?.setAttribute('aria-current', 'true');
    if (current) reveal(byId('log'), current);
  };
};

/** @type {(event: any, raging: boolean, seek: (at: number) => void) => any} */
const line = (event, raging, seek) => {
  const [what, whom] = words[event.type](event);
  return make('li', {className: raging ? 'rage' : event.type},
    make('button', {type: 'button', onclick: () => seek(event.at)},
      make('time', {textContent: clock(event.at)}),
      make('span', {className: 'what', textContent: raging ? 'Rage click' : what}),
      make('code', {textContent: whom})));
};

// Only the list moves: scrollIntoView would take the page along.
/** @type {(list: any, item: any) => void} */
const reveal = (list, item) => {
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
};
