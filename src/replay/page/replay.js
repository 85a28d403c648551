// The page: the list, or the session that the address names after its #.
import {byId, notice} from './dom.js';
import {closeSession, openSession} from './player.js';
import {showSessions} from './sessions.js';

const route = async () => {
  const id = /^#([0-9a-f]{32})$/.exec(location.hash)?.[1];
  notice('');
  closeSession();
  byId('sessions').hidden = !!id;
  byId('player').hidden = !id;
  try {
    await (id ? openSession(id) : showSessions());
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
  }
};

addEventListener('hashchange', route);
byId('refresh').addEventListener('click', route);
route();
