// Which page is recorded, and for how long.

let recording = false;
let listening = false;
/** @type {string} */
let path;

/** @type {(name?: string) => void} */
const arrive = name => {
  endpoint = name;
  path = location.pathname;
  viewport = drawn = '';
  measure();
  record('navigation', {endpoint: endpoint || 'unmatched'});
  hurry();
};

// A changed path is another page, and so is another name that the document gives itself.
const watchRoutes = () => {
  window.navigation?.addEventListener('currententrychange', () => setTimeout(quiet(() => {
    if (location.pathname != path) arrive('');
  })));
};

const heed = quiet(() => {
  const name = root.dataset.rumReplay;
  if (name == null) withdraw();
  else if (!recording) begin();
  else if (name && (name != endpoint || location.pathname != path)) arrive(name);
});

const watchVisibility = () => {
  on('visibilitychange', () => {
    record('visibility', {state: document.visibilityState});
    if (document.hidden) flush(true);
    else settle();
  });
  on('pagehide', () => {
    flush(true);
    remember({sampled: true, id, began, last});
    recording = false; // browsers hide the page after this, and the next one has the session by then
  });
  addEventListener('pageshow', event => {
    if (event.persisted) heed();
  });
};

const listen = () => {
  listening = true;
  watchPointer();
  watchScroll();
  watchFields();
  watchErrors();
  watchRoutes();
  watchVisibility();
  on('resize', paced(200, () => {
    measure();
    hurry();
  }));
  on('load', settle);
};
