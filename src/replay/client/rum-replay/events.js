// What the visitor does, and what goes wrong: kinds and places, no text and no value.

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

// Only the kind leaves the page, and by the same rules as in rum/events.js.
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
