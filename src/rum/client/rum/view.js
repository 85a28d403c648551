// The page view that is going on, and those that have something left to send.

/** @type {View} */
let view;
/** @type {View} The one that the document was loaded for. */
let landing;
/** @type {View[]} Those with something left to send, oldest first. */
let views = [];

/** @type {number} */
let activationStart;
/** @type {number} */
let firstHidden;

/**
 * The view during which something began: a click that leads to another route is still the old
 * route's, and so is a slow frame that was on its way.
 * @type {(entry: PerformanceEntry) => any}
 */
const viewAt = entry => views.findLast(each => each._start <= entry.startTime);

/** @type {(time: number) => number} */
const sinceActivation = time => Math.max(time - activationStart, 0);

/** @type {(start: number, endpoint?: string) => View} */
const openView = (start, endpoint) => {
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
