// Last: by now every part is there.

// Calls made before this script was there are an array of functions; from now on they run at once.
/** @type {(client: RumClient) => void} */
const serve = client => {
  window.rumClient = client;
  const calls = /** @type {EarlyCall[]} */ (early);
  calls.forEach(client.push = /** @type {any} */ (calls).push = quiet((/** @type {EarlyCall} */ call) => call(client)));
};

const start = quiet(() => {
  const navigation = /** @type {any} */ (performance.getEntriesByType('navigation')[0]);
  activationStart = navigation?.activationStart || 0;
  firstHidden = performance.getEntriesByType('visibility-state')
    .find(each => each.name == 'hidden' && each.startTime >= activationStart)?.startTime ?? (document.hidden ? 0 : Infinity);
  visibleSince = document.hidden ? 0 : now();
  watchErrors();
  watchInput();
  watchRoutes();
  watchVisibility();
  watchShifts();
  watchBlocking();
  watchInteractions();
  watchRequests();
  landing = openView(0, told(navigation, 'route') || options.endpoint);
  landing._trace = told(navigation, traceName)?.slice(3, 35); // version, trace, span and flags, a dash between
  watchPaint();
  observe('navigation', measureLoad);
  serve(client);
});

// A second copy of this script, or somebody else's `rumClient`: theirs stays.
if (early.map) {
  if (optedOut) {
    /** @type {any} */
    const nothing = new Proxy(() => nothing, {get: () => nothing});
    serve(nothing);
  } else if (document.prerendering) on('prerenderingchange', start);
  else start();
}
