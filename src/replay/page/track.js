// The bar below the scene: where in the session one is, and where something happened.
import {byId, make} from './dom.js';

/** @typedef {ReturnType<typeof import('./model.js').modelOf>} Model */

/** @type {(model: Model, seek: (at: number) => void) => (at: number, text: string) => void} What moves it on. */
export const makeTrack = (model, seek) => {
  const position = byId('position');
  position.max = model.duration;
  position.value = 0;
  position.oninput = () => seek(Number(position.value));
  byId('marks').replaceChildren(
    ...model.idle.map(({at, to}) => mark('idle', at, model.duration, to - at)),
    ...model.navigations.map(({at}) => mark('navigation', at, model.duration)),
    ...model.rages.map(({at}) => mark('rage', at, model.duration)),
    ...model.errors.map(({at}) => mark('error', at, model.duration)));
  return (at, text) => {
    position.value = at;
    position.setAttribute('aria-valuetext', text);
    // The policy forbids style attributes, not styles that a script sets.
    byId('track').style.setProperty('--played', String(model.duration && at / model.duration));
  };
};

/** @type {(kind: string, at: number, duration: number, length?: number) => any} */
const mark = (kind, at, duration, length = 0) => {
  const made = make('span', {className: `mark ${kind}`});
  made.style.setProperty('--at', String(duration && at / duration));
  if (length) made.style.setProperty('--length', String(length / duration));
  return made;
};
