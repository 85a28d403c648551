// What waits to be sent.

/** @type {string[]} */
let queue = [];
/** @type {Map<string, number>} Amounts by event; the amount goes where the event ends in 0. */
const sums = new Map();
/** @type {(() => void)[]} What needs the session waits, because storage is slow to open. */
const waiting = [];
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
