// Web Vitals and blocking time, of each view.

/** @type {true | undefined} */
let painted;
/** @type {0 | undefined} Where the browser cannot see shifts, none is not zero. */
let nothingShifted;
/** @type {0 | undefined} */
let nothingBlocked;
let firstInteraction = Infinity;
let lastInteraction = 0;

// Ids grow by 7 an interaction in browsers that do not count (Event Timing asks for "a small number").
const interactionCount = () =>
  performance.interactionCount ?? (lastInteraction && (lastInteraction - firstInteraction) / 7 + 1);

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
