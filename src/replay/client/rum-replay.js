/**
 * What is done on a page that wants it recorded, told without a word of the page to the server that this script is from.
 *
 * Loaded by `<script src="/rum-replay.js" async></script>`, it records while `<html data-rum-replay>` says so; needs
 * `script-src 'self'; connect-src 'self'`. Detect, observe, describe, send: kinds, sizes and places leave the page; no text,
 * no value, no URL does. `data-rum-mask` hides what is in an element, `data-rum-ignore` the element as well.
 */
((eventPath, privacy) => {
  // ---------------------------------------------------------------- detect

  const root = document.documentElement;
  const options = document.currentScript?.dataset ?? {};
  const optedOut = privacy && (navigator.globalPrivacyControl || navigator.doNotTrack == '1');
  // Not relative: a <base> of another origin would redirect the batches.
  const eventUrl = new URL(/** @type {any} */ (document.currentScript)?.src || location.href).origin + eventPath;

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

  // A second copy of this script leaves the page to the first.
  if (window.rumReplay) return;
  window.rumReplay = true;

  /** @type {(type: string, listener: (event: any) => void) => void} */
  const on = (type, listener) =>
    addEventListener(type, quiet(event => recording && listener(event)), {capture: true, passive: true});

  /**
   * Runs the task once for all calls of the next milliseconds, with what the last of them said.
   * @template T
   * @param {number} wait
   * @param {(latest: T) => void} task
   * @returns {(latest: T) => void}
   */
  const paced = (wait, task) => {
    let timer = 0;
    /** @type {T} */
    let latest;
    const run = quiet(() => {
      timer = 0;
      if (recording) task(latest);
    });
    return said => {
      latest = said;
      timer ||= setTimeout(run, wait);
    };
  };

  /** @type {string | undefined} The template of the document's route, as `Server-Timing: route;desc="…"` has it. */
  let endpoint = quiet(() => decodeURIComponent(/** @type {any} */ (performance.getEntriesByType('navigation')[0])
    .serverTiming.find((/** @type {any} */ timing) => timing.name == 'route').description))();

  // --------------------------------------------------------------- observe

  let recording = false;
  let listening = false;
  /** @type {string} */
  let path;
  /** @type {unknown} The field that is being filled in: it counts once, or the number of events would tell how much was typed. */
  let edited;
  let clickedAt = 0;

  /** @type {(event: any, named?: boolean) => void} */
  const point = (event, named) => {
    const element = visible(event.target);
    if (!element) return;
    // Where in a masked element, the keys of a PIN pad say, would tell what; a click by keyboard is nowhere.
    const box = (isMasked(element) || named && !event.detail) && element.getBoundingClientRect();
    const x = whole(box ? box.x + box.width / 2 : event.clientX);
    const y = whole(box ? box.y + box.height / 2 : event.clientY);
    record(named ? 'click' : 'move', {x, y, target: named ? selector(element) : undefined});
  };

  const watchPointer = () => {
    on('pointermove', paced(100, point));
    on('click', event => {
      // The click that a label passes on to its field has the time of the first.
      if (!event.isTrusted || event.timeStamp == clickedAt) return;
      clickedAt = event.timeStamp;
      point(event, true);
      hurry();
    });
  };

  const watchScroll = () => {
    const scrolled = new Set();
    const tell = paced(100, () => {
      scrolled.forEach(each => {
        if (each == document) record('scroll', {x: whole(scrollX), y: whole(scrollY)});
        else {
          const element = visible(each);
          if (element && !isMasked(element)) record('scroll', {x: whole(each.scrollLeft), y: whole(each.scrollTop), target: selector(element)});
        }
      });
      scrolled.clear();
      hurry();
    });
    on('scroll', event => {
      scrolled.add(event.target);
      tell(0);
    });
  };

  const watchFields = () => {
    on('input', event => {
      const element = visible(event.target);
      if (!element || !event.isTrusted) return;
      const field = isMasked(element) ? 'other' : fieldOf(element);
      const once = !/^[crs]/.test(field);
      if (once && element == edited) return;
      edited = once && element;
      record('input', {target: selector(element), field});
    });
    on('focusout', () => {
      edited = 0;
    });
  };

  // Only the kind leaves the page, and by the same rules as in rum.js.
  const watchErrors = () => {
    on('error', event => {
      if (event.target != window) {
        if (visible(event.target)) record('error', {kind: 'resource'});
      } else if (!/^ResizeO|-extension:/.test(event.message + event.filename)) {
        record('error', {kind: event.lineno ? 'exception' : 'script_error'});
      }
    });
    on('unhandledrejection', () => record('error', {kind: 'rejection'}));
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

  // -------------------------------------------------------------- describe

  const MASKED = '[data-rum-mask]';
  /** @type {string} */
  let viewport;
  /** @type {string} */
  let drawn;
  let pause = 1000;
  let spent = 0;

  /** @type {(value: number) => number} */
  const whole = value => Math.min(1e5, Math.max(0, Math.round(value)));

  /** @type {(element: Element) => boolean} */
  const isMasked = element => element.matches(MASKED);

  /**
   * The element that may be told of in its place: itself, the outermost masked one around it, or none.
   * @type {(element: any) => any}
   */
  const visible = element =>
    element.closest?.('[data-rum-ignore]') ? 0 : element.closest?.(`${MASKED}:not(${MASKED} *)`) ?? (element.closest && element);

  /** @type {(element: any) => string} The type of a textarea is its name, that of a select begins with it. */
  const fieldOf = ({type}) =>
    /^(text|search|email|url|tel|number)/.test(type) ? 'text'
      : /^select/.test(type) ? 'select'
      : /^(checkbox|radio|password)$/.test(type) ? type : 'other';

  /**
   * A short path of tag names, up to a `data-rum` name or an id without digits, which templates write and programs do not.
   * @type {(element: Element | null) => string}
   */
  const selector = element => {
    let text = '';
    for (; element && element != root; element = element.parentElement) {
      const {localName, id} = element;
      const name = element.getAttribute('data-rum') ?? '';
      const tag = /^[a-z][\w-]{0,39}$/.test(localName) ? localName : 'x';
      const alike = [...element.parentElement?.children ?? []].filter(each => each.localName == localName);
      const place = alike[1] ? `:nth-of-type(${alike.indexOf(element) + 1})` : '';
      const fixed = /^[\w-]{1,64}$/.test(name) ? `[data-rum="${name}"]` : /^[a-z][a-z_-]{0,39}$/i.test(id) ? `${tag}#${id}` : '';
      const longer = (fixed || tag + place) + (text && '>' + text);
      if (longer.length > 128) break;
      text = longer;
      if (fixed) break;
    }
    return text || 'html';
  };

  /** @type {Record<string, string>} */
  const kinds = {
    a: 'link', button: 'button', summary: 'button', input: 'field', select: 'field', textarea: 'field', img: 'image', svg: 'image', video: 'image',
    canvas: 'image', iframe: 'image',
  };

  /** @type {(element: any) => string | undefined} */
  const kindOf = element =>
    isMasked(element) ? 'masked'
      : element.localName == 'input' && /^(submit|button|reset|image)$/.test(element.type) || element.getAttribute('role') == 'button' ? 'button'
      : /^h\d/.test(element.localName) ? 'heading'
      : kinds[element.localName];

  /** @type {(element: Element) => boolean} */
  const isShown = element => element.checkVisibility?.({opacityProperty: true, visibilityProperty: true}) ?? true;

  /** @type {(children: HTMLCollection, margin: number) => number} The first that may be near the window: the rows of a long list are in order. */
  const firstNear = (children, margin) => {
    let low = 0;
    let high = children.length;
    while (high - low > 50) {
      const middle = low + high >> 1;
      if (children[middle].getBoundingClientRect().bottom < -margin) low = middle;
      else high = middle;
    }
    return low;
  };

  /** @type {(margin: number) => (string | number)[][]} What is in the window and so far around it; a page of any length costs the same. */
  const boxes = margin => {
    /** @type {(string | number)[][]} */
    const found = [];
    let visited = 0;
    /** @type {(element: Element, inText?: boolean) => boolean | void} Whether it is below. */
    const draw = (element, inText) => {
      if (found.length > 199 || ++visited > 3000 || element.hasAttribute('data-rum-ignore')) return;
      const {left, top, right, bottom} = element.getBoundingClientRect();
      if (bottom > top && (top > innerHeight + margin || bottom < -margin)) return top > 0;
      const isText = () => !inText && [...element.childNodes].some(node => node.nodeType == 3 && /\S/.test(/** @type {Text} */ (node).data));
      const kind = kindOf(element) ?? (isText() ? 'text' : '');
      const x = whole(left + scrollX);
      const y = whole(top + scrollY);
      const width = whole(right + scrollX) - x;
      const height = whole(bottom + scrollY) - y;
      if (kind && width > 1 && height > 1 && isShown(element)) found.push([x, y, width, height, kind]);
      if (kind && kind != 'text') return;
      const {children} = element;
      for (let place = firstNear(children, margin), below = 0; place < children.length && below < 50; place++) {
        below = draw(children[place], inText || !!kind) ? below + 1 : 0;
      }
    };
    draw(document.body);
    return found;
  };

  const measure = () => {
    const sizes = {width: whole(innerWidth), height: whole(innerHeight), document_width: whole(root.scrollWidth), document_height: whole(root.scrollHeight)};
    const told = JSON.stringify(sizes);
    if (told != viewport) record('viewport', sizes);
    viewport = told;
  };

  const snapshot = quiet(() => {
    if (!recording || document.hidden) return;
    const start = performance.now();
    measure();
    const around = boxes(innerHeight);
    const layout = {boxes: around[199] ? boxes(0) : around};
    const told = JSON.stringify(layout);
    const changed = told != drawn;
    if (changed) record('layout', layout);
    drawn = told;
    // A page that never rests is looked at less and less often, and one that takes long to look at 2 % of the time at most.
    pause = changed ? Math.min(2 * pause, 8000) : 1000;
    spent = performance.now() - start;
  });

  let resting = 0;
  // Once for all changes until then, when the page has nothing else to do.
  const settle = () => {
    resting ||= setTimeout(() => {
      resting = 0;
      /** @type {any} */ (window).requestIdleCallback ? requestIdleCallback(snapshot, {timeout: 1000}) : snapshot();
    }, Math.max(pause, 50 * spent));
  };

  // What follows upon something that the visitor did is looked at soon.
  const hurry = () => {
    if (pause > 1000) {
      clearTimeout(resting);
      resting = 0;
      pause = 1000;
    }
    settle();
  };

  /** @type {(name?: string) => void} */
  const arrive = name => {
    endpoint = name;
    path = location.pathname;
    viewport = drawn = '';
    measure();
    record('navigation', {endpoint: endpoint || 'unmatched'});
    hurry();
  };

  // ------------------------------------------------------------------ send

  /** @type {string[]} */
  let queue = [];
  /** Characters in the queue, which are bytes too. */
  let size = 0;
  let timer = 0;
  let refusals = 0;
  /** @type {string} The last batch that did not get through; numbered, so that twice is once. */
  let unsent;

  /** @type {string} */
  let id;
  /** Grows from batch to batch and, as it is the time, from page to page. */
  let number = 0;
  /** @type {number} */
  let began;
  /** @type {number} */
  let last;

  /** @type {(state: ReplayTab) => void} */
  const remember = quiet(state => {
    sessionStorage.rumReplay = JSON.stringify(state);
  });

  /** @type {() => ReplayTab | undefined} */
  const recall = quiet(() => JSON.parse(sessionStorage.rumReplay));

  const renew = () => {
    id = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
    began = last = Date.now();
  };

  /** @type {(time: number) => boolean} Half an hour without a sign of life; or an hour, which is as much as a server keeps of one. */
  const isOver = time => !(time - last < 18e5 && time - began < 36e5);

  /** @type {(type: string, fields: object) => void} */
  const record = (type, fields) => {
    const timestamp = Date.now();
    if (isOver(timestamp)) {
      flush();
      renew();
      arrive(endpoint);
    }
    last = timestamp;
    const text = JSON.stringify({type, ...fields, timestamp}).replace(/[^ -~]/g, each => '\\u' + each.charCodeAt(0).toString(16).padStart(4, '0'));
    // 64 KiB is what a browser takes of all that is on its way when the page goes.
    if (size + text.length > 5e4) flush();
    queue.push(text);
    size += text.length + 1;
    timer ||= setTimeout(flush, 5000);
  };

  /** @type {(body: string) => void} */
  const send = body => {
    fetch(eventUrl, {method: 'POST', body, keepalive: true}).then(({status}) => {
      refusals = status > 399 && status < 500 ? refusals + 1 : 0;
      if (refusals > 2) recording = false;
    }, () => {
      unsent = body;
    });
  };

  /** @type {(leaving?: any) => void} */
  const flush = quiet(leaving => {
    clearTimeout(timer);
    timer = 0;
    if (!recording) return;
    const retry = unsent;
    unsent = '';
    if (retry) send(retry);
    if (!queue[0]) return;
    number = Math.max(number + 1, Date.now());
    const body = `{"version":1,"session":"${id}","number":${number},"webdriver":${!!navigator.webdriver},"events":[${queue}]}`;
    queue = [];
    size = 0;
    if (leaving !== true || !navigator.sendBeacon?.(eventUrl, body)) send(body);
  });

  const changes = new MutationObserver(settle);

  const begin = () => {
    const tab = recall() ?? {sampled: Math.random() < +(options.sample ?? 1)};
    // Between pages the id is there, on a page it is not: a tab that is duplicated would copy it.
    remember({sampled: tab.sampled});
    if (!tab.sampled) return;
    // A page out of the back/forward cache has its own, and may be here before the one that was left has said anything.
    ({id = id, began = began, last = last} = tab);
    if (!id || isOver(Date.now())) renew();
    recording = true;
    if (!listening) listen();
    changes.observe(root, {subtree: true, childList: true, attributeFilter: ['class', 'hidden', 'open']});
    arrive(endpoint || root.dataset.rumReplay);
    if (document.hidden) record('visibility', {state: 'hidden'});
  };

  // The attribute is gone: what has not been sent is not, and nothing of the session stays.
  const withdraw = () => {
    recording = false;
    id = '';
    changes.disconnect();
    queue = [];
    unsent = '';
    size = 0;
    const tab = recall();
    if (tab) remember({sampled: tab.sampled});
  };

  const start = () => {
    heed();
    new MutationObserver(heed).observe(root, {attributeFilter: ['data-rum-replay']});
  };

  if (optedOut) quiet(() => sessionStorage.removeItem('rumReplay'))();
  else if (document.prerendering) addEventListener('prerenderingchange', start);
  else start();
})(...__RUM_CONFIG__);
