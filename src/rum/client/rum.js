/**
 * What this page's visitors experience, told to the server that this script is from.
 *
 * Loaded by `<script src="/rum.js" async></script>`; needs `script-src 'self'; connect-src 'self'`.
 * Detect, observe, collect, send: each value leaves the page exactly once, and nothing here
 * blocks the page, throws into it, or says who the visitor is.
 */
((beaconPath, privacy, thirdParties, interactionTypes, traceName) => {
  // ---------------------------------------------------------------- detect

  const early = window.rumClient || [];
  // A second copy of this script, or somebody else's `rumClient`: theirs stays.
  if (!early.map) return;

  const options = document.currentScript?.dataset ?? {};
  const optedOut = privacy && (navigator.globalPrivacyControl || navigator.doNotTrack == '1');
  const heartbeatSeconds = +(options.interval ?? 15);
  const now = () => performance.now();

  /**
   * The same function, except that its errors stay here.
   * @template {any[]} A, R
   * @param {(...args: A) => R} action
   * @returns {(...args: A) => R | undefined}
   */
  const quiet = action => (...args) => {
    try {
      return action(...args);
    } catch {}
  };

  /** @type {(url: any) => string | undefined} */
  const originOf = quiet(url => new URL(url, location.href).origin);

  // The server that the script is from, under a page of its own as under one from elsewhere; the page's where the script has no URL.
  // Not relative: a <base> of another origin would redirect the beacons.
  const home = originOf(/** @type {any} */ (document.currentScript)?.src);
  const beaconUrl = home + beaconPath;

  /** @type {(type: string, listener: (event: any) => void) => void} */
  const on = (type, listener) =>
    addEventListener(type, quiet(listener), {capture: true, passive: true});

  /**
   * What the server put into `Server-Timing: name;desc="…"`: a route template, which it has encoded, or a trace.
   * @type {(entry: any, name: string) => string | undefined}
   */
  const told = quiet((entry, name) =>
    decodeURIComponent(entry.serverTiming.find((/** @type {any} */ timing) => timing.name == name).description));

  // --------------------------------------------------------------- observe

  /** @type {View} */
  let view;
  /** @type {View} The one that the document was loaded for. */
  let landing;
  /** @type {View[]} Those with something left to send, oldest first. */
  let views = [];
  /** @type {(() => void)[]} */
  const drains = [];

  /** @type {number} */
  let activationStart;
  /** @type {number} */
  let firstHidden;
  /** @type {true | undefined} */
  let painted;
  /** @type {true | undefined} */
  let loaded;
  /** @type {0 | undefined} Where the browser cannot see shifts, none is not zero. */
  let nothingShifted;
  /** @type {0 | undefined} */
  let nothingBlocked;
  let firstInteraction = Infinity;
  let lastInteraction = 0;

  /**
   * Calls back for each entry of a type, from the beginning of the page on; 0 if the browser has such entries.
   * @type {(type: string, each: (entry: any) => void, settings?: object) => 0 | undefined}
   */
  const observe = quiet((type, each, settings) => {
    if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
    /** @type {(entries: PerformanceEntryList) => void} */
    const deliver = entries => entries.forEach(quiet(entry => {
      each(entry);
      changed();
    }));
    // Safari has called back in the middle of observe(), before this line was through.
    const observer = new PerformanceObserver(list => queueMicrotask(() => deliver(list.getEntries())));
    observer.observe({type, buffered: true, ...settings});
    drains.push(() => deliver(observer.takeRecords()));
    return 0;
  });

  /**
   * The view during which something began: a click that leads to another route is still the old
   * route's, and so is a slow frame that was on its way.
   * @type {(entry: PerformanceEntry) => any}
   */
  const viewAt = entry => views.findLast(each => each._start <= entry.startTime);

  /** @type {(time: number) => number} */
  const sinceActivation = time => Math.max(time - activationStart, 0);

  // Ids grow by 7 an interaction in browsers that do not count (Event Timing asks for "a small number").
  const interactionCount = () =>
    performance.interactionCount ?? (lastInteraction && (lastInteraction - firstInteraction) / 7 + 1);

  /** @type {(start: number, endpoint?: string) => View} */
  const open = (start, endpoint) => {
    const opened = view = {
      _start: start,
      _path: location.pathname,
      _endpoint: endpoint,
      _cls: nothingShifted,
      _longest: [],
      _interactionsBefore: start && interactionCount(),
      _blocking: nothingBlocked,
    };
    views.push(opened);
    later(() => visit(opened));
    return opened;
  };

  // FCP and LCP count from activation and only if the page was in sight all the way: Paint Timing,
  // Largest Contentful Paint, web.dev/articles/lcp. Browsers stop reporting at the first input.
  const watchPaint = () => {
    observe('paint', entry => {
      if (entry.name == 'first-contentful-paint' && entry.startTime < firstHidden) {
        painted = true;
        push({event: 'web_vitals', endpoint: landing._endpoint, fcp: sinceActivation(entry.startTime)});
      }
    });
    observe('largest-contentful-paint', entry => {
      if (entry.startTime < firstHidden) landing._lcp = sinceActivation(entry.startTime);
    });
  };

  // CLS is the largest session window: gaps under 1 s, 5 s in all (Layout Instability, web.dev/articles/cls).
  const watchShifts = () => {
    nothingShifted = observe('layout-shift', (/** @type {LayoutShift} */ entry) => {
      if (entry.hadRecentInput) return;
      const shifted = viewAt(entry);
      const time = entry.startTime;
      if (!(time - shifted._shiftLast < 1000 && time - shifted._shiftFirst < 5000)) {
        shifted._shiftSum = 0;
        shifted._shiftFirst = time;
      }
      shifted._shiftSum += entry.value;
      shifted._shiftLast = time;
      shifted._cls = Math.max(shifted._cls, shifted._shiftSum);
    });
  };

  // INP is near the 98th percentile: one of the ten longest interactions, skipping one for every
  // fifty (Event Timing, web.dev/articles/inp).
  /** @type {(entry: PerformanceEventTiming) => void} */
  const countLatency = entry => {
    const id = entry.interactionId;
    if (!id) return;
    firstInteraction = Math.min(firstInteraction, id);
    lastInteraction = Math.max(lastInteraction, id);
    const longest = /** @type {View} */ (viewAt(entry))._longest;
    const known = longest.find(each => each._id == id);
    if (known) known._duration = Math.max(entry.duration, known._duration);
    else longest.push({_id: id, _duration: entry.duration});
    longest.sort((a, b) => b._duration - a._duration).splice(10);
  };

  const watchInteractions = () => {
    observe('event', countLatency, {durationThreshold: performance.interactionCount == null ? 0 : 40});
    observe('first-input', countLatency);
  };

  /** @type {(view: View) => number | undefined} */
  const inp = view => {
    const count = interactionCount() - view._interactionsBefore;
    const longest = view._longest;
    // Only the first interaction of a document is told when it is faster than the threshold.
    return longest[Math.min(longest.length - 1, count / 50 | 0)]?._duration ?? (view._start && count ? 8 : undefined);
  };

  // How long frames kept the visitor waiting (Long Animation Frames), else the part of long tasks over 50 ms (Long Tasks).
  const watchBlocking = () => {
    nothingBlocked =
      observe('long-animation-frame', entry => {
        viewAt(entry)._blocking += entry.blockingDuration;
      }) ??
      observe('longtask', entry => {
        viewAt(entry)._blocking += entry.duration - 50;
      });
  };

  // What ends at each moment, in the order of Navigation Timing; gaps between the named ones are "other".
  /** @type {Record<string, string>} */
  const phaseEnds = {
    fetchStart: 'redirect',
    domainLookupStart: 'other',
    domainLookupEnd: 'dns',
    connectStart: 'other',
    connectEnd: 'connect',
    requestStart: 'other',
    responseStart: 'request',
    responseEnd: 'response',
    domComplete: 'dom',
    loadEventStart: 'other',
    loadEventEnd: 'onload',
  };

  /** @type {(navigation: any) => void} */
  const measureLoad = navigation => {
    // Chromium reports the entry a first time before it is complete.
    if (loaded || !navigation.loadEventEnd) return;
    loaded = true;
    const responseStart = navigation.responseStart;
    // Browsers have reported zero, negative and future times here.
    if (!(responseStart > 0 && responseStart < now())) return;
    push({event: 'web_vitals', endpoint: landing._endpoint, ttfb: sinceActivation(responseStart)});
    /** @type {Record<string, number>} */
    const phases = {};
    let reached = activationStart;
    for (const end in phaseEnds) {
      const phase = phaseEnds[end];
      const time = Math.max(navigation[end], reached);
      phases[phase] = (phases[phase] || 0) + time - reached;
      reached = time;
    }
    push({event: 'page_load', endpoint: landing._endpoint, trace_id: landing._trace, load_time: reached - activationStart, phases});
  };

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
      if (location.pathname != view._path) open(now());
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

  // --------------------------------------------------------------- collect

  /** @type {string[]} */
  let queue = [];
  /** @type {Map<string, number>} Amounts by event; the amount goes where the event ends in 0. */
  const sums = new Map();
  /** @type {Session} */
  let session;
  /** @type {(() => void)[]} What needs the session waits, because storage is slow to open. */
  const waiting = [];
  /** @type {number} */
  let visibleSince;
  let timer = 0;
  /** Characters in the queue and the sums: with the 50 entries it keeps a batch under 16 KiB. */
  let size = 0;

  /** @type {(event: object, amount?: number | false) => void} With an amount it is added to that of its like. */
  const push = quiet((event, amount) => {
    const text = JSON.stringify(event);
    // Longer than any with declared names can be: it would take its whole batch with it.
    if (text[1000]) return;
    let before = 0;
    if (amount) {
      before = sums.get(text) || 0;
      if (before + amount > 1000) {
        flush();
        before = 0;
      }
      sums.set(text, before + amount);
    } else queue.push(text);
    changed(before ? '' : text);
  });

  /** @type {(text?: string) => void} */
  const changed = (text = '') => {
    size += text.length;
    if (queue.length + sums.size >= 50 || size > 3000) flush();
    else timer ||= setTimeout(() => {
      timer = 0;
      if (document.hidden) flush();
      else if (loaded) arm();
    }, 1000);
  };

  /** @type {(task: () => void) => void} */
  const later = task => {
    waiting.push(task);
    changed();
  };

  const catchUp = () => [...waiting.splice(0), ...drains].forEach(task => task());

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

  /** @type {RumClient} */
  const client = {
    makeCounter: (name, labels) => ({
      increment: (by = 1) => {
        // What the server is going to refuse must not spoil the sum of the others.
        push({event: 'counter', name, labels, value: 0}, Number.isInteger(by) && by > 0 && by <= 1000 && by);
      },
    }),
    makeHistogram: (name, labels) => ({
      observe: value => push({event: 'histogram', name, labels, value}),
    }),
    conversion: goal => later(() => {
      const {goals} = resume();
      if (goals.includes(goal)) return;
      goals.push(goal);
      push({event: 'conversion', goal});
      engage();
    }),
    journey: path => push({event: 'journey', path}),
    error: countError,
    page: endpoint => {
      if (view._named && endpoint != view._endpoint) open(now());
      view._endpoint = endpoint;
      view._named = true;
    },
  };

  // ------------------------------------------------------------------ send

  /** @type {AbortController | undefined} */
  let aborter;
  /** @type {any} The result of fetchLater. */
  let armed;

  /** @type {(closing?: boolean) => string} */
  const batch = closing => {
    if (armed?.activated) views = [];
    aborter?.abort();
    armed = 0;
    const events = [...queue];
    sums.forEach((total, key) => events.push(key.slice(0, -2) + total + '}'));
    views.forEach(each => {
      const event = JSON.stringify({
        event: 'web_vitals',
        endpoint: each._endpoint,
        trace_id: each._trace,
        lcp: each._lcp,
        cls: painted && each._cls,
        inp: inp(each),
        blocking_time: each._blocking,
      });
      // One that ends in a number has a vital.
      if (/\d}$/.test(event) && (closing || each != view)) events.push(event);
    });
    // Decimal digits are hexadecimal ones too.
    const id = crypto.getRandomValues(new Uint32Array(4)).join('');
    return events[0] && `{"version":1,"id":"${id}","webdriver":${navigator.webdriver},"events":[${events}]}`;
  };

  // The browser itself sends what is armed if the tab crashes or is killed. Hidden tabs stay open for
  // days, so theirs goes after a minute; by then only vitals are left in it.
  const arm = quiet(() => {
    catchUp();
    const body = batch(true);
    aborter = new AbortController();
    armed = body && window.fetchLater?.(beaconUrl, {method: 'POST', body, signal: aborter.signal, activateAfter: document.hidden ? 6e4 : 9e9});
  });

  /** @type {(leaving?: boolean) => void} */
  const flush = quiet(leaving => {
    catchUp();
    const visible = visibleSince && now() - visibleSince;
    visibleSince = leaving || document.hidden ? 0 : now();
    if (session) {
      if (visible) push({event: 'engaged_time', value: visible});
      if ((session.visible += visible) >= 1e4) engage();
      session.prev = view._endpoint || '?';
      stored(JSON.stringify(session));
    }
    const closing = leaving || document.hidden && !window.fetchLater;
    const body = batch(closing);
    queue = [];
    sums.clear();
    size = 0;
    views = closing ? [] : views.slice(-1);
    if (body && !navigator.sendBeacon?.(beaconUrl, body)) {
      fetch(beaconUrl, {method: 'POST', body, keepalive: true}).catch(() => {});
    }
    if (!leaving) arm();
  });

  const watchVisibility = () => {
    on('visibilitychange', event => {
      if (document.hidden) {
        firstHidden = Math.min(event.timeStamp, firstHidden);
        flush();
      } else {
        visibleSince = now();
        later(resume);
        arm();
      }
    });
    // Safari leaves without hiding first.
    on('pagehide', () => flush(true));
    on('pageshow', event => {
      if (!event.persisted) return;
      session = /** @type {any} */ (undefined);
      visibleSince = now();
      const restored = open(event.timeStamp, view._endpoint);
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const shown = now() - event.timeStamp;
        painted = true;
        push({event: 'web_vitals', endpoint: restored._endpoint, ttfb: 0, fcp: shown, lcp: shown});
      }));
    });
    if (heartbeatSeconds > 0) setInterval(() => {
      if (document.hidden) return;
      push({event: 'heartbeat'});
      flush();
    }, heartbeatSeconds * 1000);
  };

  // Calls made before this script was there are an array of functions; from now on they run at once.
  /** @type {(client: RumClient) => void} */
  const serve = client => {
    window.rumClient = client;
    early.forEach(client.push = /** @type {any} */ (early).push = quiet((/** @type {EarlyCall} */ call) => call(client)));
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
    landing = open(0, told(navigation, 'route') || options.endpoint);
    landing._trace = told(navigation, traceName)?.slice(3, 35); // version, trace, span and flags, a dash between
    watchPaint();
    observe('navigation', measureLoad);
    serve(client);
  });

  if (optedOut) {
    /** @type {any} */
    const nothing = new Proxy(() => nothing, {get: () => nothing});
    serve(nothing);
  } else if (document.prerendering) on('prerenderingchange', start);
  else start();
})(...__RUM_CONFIG__);
