// The session that page views belong to.

/** @type {Session} */
let session;

/** @type {(text?: string) => any} */
const stored = quiet(text =>
  options.storage != 'none' && (text ? sessionStorage.rum = text : JSON.parse(sessionStorage.rum)));

// A session ends after 30 minutes without activity, or after 4 hours.
const resume = () => {
  const time = Date.now();
  session ??= stored();
  if (!(time - session?.last < 18e5 && time - session.begin < 144e5)) {
    session = {begin: time, last: time, visible: 0, goals: []};
    push({event: 'session'});
  }
  session.last = time;
  return session;
};

/** @type {(opened: View) => void} */
const visit = opened => {
  const {prev} = resume();
  push({event: 'page_view', endpoint: opened._endpoint, from: prev});
  if (prev) engage();
  session.prev = opened._endpoint || '?'; // what the server does not know, it counts as unmatched
};

// Engaged is a session with a second view, a conversion, a marked interaction or 10 visible seconds.
const engage = () => {
  if (resume().engaged) return;
  session.engaged = true;
  push({event: 'engaged'});
};
