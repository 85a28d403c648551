// What befalls the visitor, and what the visitor does.

/** @type {(url: string) => string | undefined} */
const serviceOf = url => thirdParties[/** @type {string} */ (originOf(url))];

/** @type {(service?: string) => void} */
const countFailure = service => {
  if (service) push({event: 'third_party_failure', service, count: 0}, 1);
};

/** @type {(kind?: ErrorKind) => void} */
const countError = (kind = 'reported') => push({event: 'error', endpoint: view._endpoint, kind, count: 0}, 1);

// Only the kind leaves the page: messages and stacks carry personal data. Notices of a ResizeObserver
// and errors in extensions are nobody's experience.
const watchErrors = () => {
  on('error', event => {
    if (event.target != window) {
      countError('resource');
      countFailure(serviceOf(event.target.src || event.target.href));
    } else if (!/^ResizeO|-extension:/.test(event.message + event.filename)) {
      // Of a muted error the browser tells nothing, not even a line (HTML, "report an exception").
      countError(event.lineno ? 'exception' : 'script_error');
    }
  });
  on('unhandledrejection', () => countError('rejection'));
};

const watchInput = () => {
  interactionTypes.forEach(type => on(type, event => {
    if (!event.isTrusted) return;
    const name = event.target.closest?.('[data-rum]')?.dataset.rum;
    later(name ? engage : resume);
    push({event: 'interaction', type, name, count: 0}, 1);
  }));
};

// A changed path is a new view; a changed query or fragment is the same one.
const watchRoutes = () =>
  window.navigation?.addEventListener('currententrychange', quiet(() => {
    if (location.pathname != view._path) openView(now());
  }));

const watchRequests = () => {
  observe('resource', (/** @type {PerformanceResourceTiming} */ entry) => {
    const {name, duration, responseStatus: status} = entry;
    const service = serviceOf(name);
    if (service) push({event: 'third_party', service, duration});
    // An element's failure shows as its error event, also where the status is hidden.
    if (!/^fet|^x/.test(entry.initiatorType)) return;
    if (status < 1 || status > 399) countFailure(service);
    if (name != beaconUrl && originOf(name) == home) push({event: 'request', endpoint: told(entry, 'route'), duration});
  });
};
