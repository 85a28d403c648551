// Everything leaves in batches.

/** @type {string[]} */
let queue = [];
/** Characters in the queue, which are bytes too. */
let size = 0;
let timer = 0;
let refusals = 0;
/** @type {string} The last batch that did not get through; numbered, so that twice is once. */
let unsent;

/** Grows from batch to batch and, as it is the time, from page to page. */
let number = 0;

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
