// Sessions that rrweb recorded, in rrweb's own player, if the host serves it.
import {byId, make} from './dom.js';
import {loadSessions} from './server.js';

/** @type {any} */
let player;

/** @type {(events: object[]) => Promise<void>} */
export const playForeign = async events => {
  const stage = byId('foreign');
  stage.hidden = false;
  stage.replaceChildren(make('p', {className: 'quiet', textContent: 'Loading rrweb’s player…'}));
  const {rrweb_player: served} = await loadSessions();
  if (!served) {
    stage.replaceChildren(make('p', {textContent: 'rrweb recorded this session. To play it here, the host names rrweb’s player: Replay::rrweb_player. The export has the events as they came.'}));
    return;
  }
  try {
    const Player = await load(served);
    if (stage.hidden) return;
    const room = make('div', {className: 'room'});
    stage.replaceChildren(room);
    // rrweb rebuilds the page in an iframe that runs no script; what asks for scripts there (UNSAFE_replayCanvas) stays off.
    player = new Player({target: room, props: {events, width: room.clientWidth, height: Math.round(innerHeight * 0.62), autoPlay: false, UNSAFE_replayCanvas: false}});
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    stage.replaceChildren(make('p', {textContent: `rrweb’s player does not play this: ${reason}`}));
  }
};

export const stopForeign = () => {
  player?.$destroy?.();
  player = undefined;
  byId('foreign').hidden = true;
  byId('foreign').replaceChildren();
};

/** @type {(served: {script: string, style?: string | null}) => Promise<any>} */
const load = async ({script, style}) => {
  if (style && !document.getElementById('rrweb-style')) document.head.append(make('link', {id: 'rrweb-style', rel: 'stylesheet', href: style}));
  const loaded = () => {
    const {rrwebPlayer} = /** @type {any} */ (window);
    return rrwebPlayer?.default ?? rrwebPlayer?.Player ?? rrwebPlayer;
  };
  if (!loaded()) {
    await new Promise((resolve, reject) => document.head.append(make('script', {
      src: script, onload: resolve, onerror: () => reject(new Error(`${script} could not be loaded`)),
    })));
  }
  if (typeof loaded() !== 'function') throw new Error(`${script} defines no rrwebPlayer`);
  return loaded();
};
