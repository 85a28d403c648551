// A recording as the player needs it: what there is to jump to, and what the window looked like at any moment. No DOM in here.

/** @typedef {{type: string, timestamp: number, [field: string]: any}} Event */

const IDLE = 3000;
const RAGE = {clicks: 3, within: 1000, radius: 30};

const isNumber = Number.isFinite;
/** @type {(value: unknown) => boolean} */
const isText = value => typeof value === 'string';

/** @type {Record<string, (event: any) => boolean>} Whether an event has what is needed of it; what else a store may hold is left out. */
const shapes = {
  viewport: ({width, height}) => width > 0 && height > 0,
  navigation: ({endpoint}) => isText(endpoint),
  move: ({x, y}) => isNumber(x) && isNumber(y),
  click: ({target}) => isText(target),
  scroll: ({x, y}) => isNumber(x) && isNumber(y),
  input: ({target, field}) => isText(target) && isText(field),
  error: ({kind}) => isText(kind),
  layout: ({boxes}) => Array.isArray(boxes) && boxes.every(box => Array.isArray(box) && box.slice(0, 4).every(isNumber)),
  visibility: ({state}) => isText(state),
};

/** @type {(event: any) => boolean} */
const isGood = event => isNumber(event?.timestamp) && Object.hasOwn(shapes, event.type) && shapes[event.type](event);

/** @type {(recorded: Event[]) => ReturnType<typeof assemble>} */
export const modelOf = recorded => {
  const events = recorded.filter(isGood).sort((a, b) => a.timestamp - b.timestamp);
  const start = events[0]?.timestamp ?? 0;
  return assemble(start, events.map(event => ({...event, at: event.timestamp - start})));
};

/** @typedef {Event & {at: number}} Timed */

/** @param {number} start @param {Timed[]} events */
const assemble = (start, events) => {
  /** @type {(...types: string[]) => Timed[]} */
  const of = (...types) => events.filter(event => types.includes(event.type));
  // Single events that a program has sent may have no place.
  const positions = of('move', 'click').filter(({x, y}) => isNumber(x) && isNumber(y));
  const clicks = positions.filter(event => event.type === 'click');
  return {
    start,
    duration: events.at(-1)?.at ?? 0,
    viewports: of('viewport'),
    layouts: of('layout'),
    scrolls: of('scroll').filter(event => !event.target),
    positions,
    clicks,
    inputs: of('input'),
    navigations: of('navigation'),
    errors: of('error'),
    visibilities: of('visibility'),
    rages: rages(clicks),
    idle: idle(events),
    story: of('navigation', 'click', 'input', 'error', 'visibility'),
  };
};

/** The click that makes each burst one, by the server's rule: three within a second and 30 px of the first of them. @param {Timed[]} clicks */
const rages = clicks => {
  /** @type {Timed[]} */
  const found = [];
  for (let first = 0; first < clicks.length;) {
    let end = first + 1;
    while (end < clicks.length && isNear(clicks[first], clicks[end])) end++;
    const isRage = end - first >= RAGE.clicks;
    if (isRage) found.push(clicks[first + RAGE.clicks - 1]);
    first = isRage ? end : first + 1;
  }
  return found;
};

/** @type {(first: Timed, other: Timed) => boolean} */
const isNear = (first, other) => other.at - first.at <= RAGE.within && Math.hypot(other.x - first.x, other.y - first.y) <= RAGE.radius;

/** Stretches in which nothing happened, less a moment at both ends. @param {Timed[]} events */
const idle = events => events.flatMap((event, index) => {
  const next = events[index + 1];
  return next && next.at - event.at >= IDLE ? [{at: event.at + 1000, to: next.at - 500}] : [];
});

/** The place after the last event that has happened by then. @param {{at: number}[]} events @param {number} at */
export const placeAfter = (events, at) => {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** @type {(events: Timed[], at: number) => Timed | undefined} */
const lastBy = (events, at) => events[placeAfter(events, at) - 1];

/** @type {(events: Timed[], at: number, span: number) => Timed[]} Those of the last moments, oldest first. */
const during = (events, at, span) => events.slice(placeAfter(events, at - span), placeAfter(events, at));

/** What the window looked like. @param {ReturnType<typeof modelOf>} model @param {number} at */
export const sceneAt = (model, at) => {
  const page = lastBy(model.navigations, at);
  /** @type {(event: Timed | undefined) => Timed | undefined} A new page has nothing of the one before; its viewport comes just ahead of it. */
  const onPage = event => event && (!page || event.at >= page.at) ? event : undefined;
  const scroll = onPage(lastBy(model.scrolls, at));
  return {
    endpoint: page?.endpoint,
    viewport: lastBy(model.viewports, at) ?? model.viewports[0],
    layout: onPage(lastBy(model.layouts, at)),
    scroll: {x: scroll?.x ?? 0, y: scroll?.y ?? 0},
    cursor: cursorAt(model.positions, at),
    trail: during(model.positions, at, 900),
    clicks: during(model.clicks, at, 700),
    raging: during(model.rages, at, 700).length > 0,
    input: during(model.inputs, at, 1500).at(-1),
    error: during(model.errors, at, 2500).at(-1),
    hidden: lastBy(model.visibilities, at)?.state === 'hidden',
  };
};

/** Between two positions that belong together it glides. @param {Timed[]} positions @param {number} at */
const cursorAt = (positions, at) => {
  const place = placeAfter(positions, at);
  const [from, to] = [positions[place - 1], positions[place]];
  if (!from || !to || to.at - from.at > 400) return from;
  const share = (at - from.at) / (to.at - from.at);
  return {x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share};
};
