// When the page is looked at: when it has changed, and no more often than it can bear.

/** @type {string} */
let viewport;
/** @type {string} */
let drawn;
let pause = 1000;
let spent = 0;

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
