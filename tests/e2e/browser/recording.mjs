// A session as the recorder would have sent it, with something of everything, at times that tests know.

const START = Date.UTC(2026, 0, 15, 12, 0, 0);

const layout = offset => [
  [40, 20, 160, 32, 'image'], [640, 26, 70, 20, 'link'], [730, 26, 70, 20, 'link'], [820, 26, 140, 20, 'link'],
  [40, 110 + offset, 520, 44, 'heading'], [40, 180 + offset, 560, 132, 'text'], [640, 110 + offset, 320, 220, 'image'],
  [40, 360 + offset, 260, 40, 'field'], [40, 416 + offset, 260, 40, 'field'], [40, 480 + offset, 140, 42, 'button'],
  [340, 360 + offset, 260, 100, 'masked'], [40, 620 + offset, 280, 160, 'image'], [360, 620 + offset, 280, 160, 'image'], [680, 620 + offset, 280, 160, 'image'],
  [40, 800 + offset, 240, 24, 'heading'], [360, 800 + offset, 240, 24, 'heading'], [680, 800 + offset, 240, 24, 'heading'],
  [40, 840 + offset, 280, 66, 'text'], [360, 840 + offset, 280, 66, 'text'], [680, 840 + offset, 280, 66, 'text'],
];

/** Twenty-six seconds on two pages: a rage click at 5.2 s, errors at 6 and 20 s, nothing between 8 and 18 s. */
export const recording = ({start = START} = {}) => {
  const events = [];
  const at = (seconds, type, fields) => events.push({type, timestamp: start + Math.round(seconds * 1000), ...fields});
  const glide = (from, to, [x0, y0], [x1, y1]) => {
    for (let step = 0; step <= 10 * (to - from); step++) {
      const share = step / (10 * (to - from));
      at(from + step / 10, 'move', {x: Math.round(x0 + (x1 - x0) * share), y: Math.round(y0 + (y1 - y0) * Math.sin(share * Math.PI / 2))});
    }
  };
  const open = (seconds, endpoint, offset) => {
    at(seconds, 'viewport', {width: 1000, height: 600, document_width: 1000, document_height: 1400});
    at(seconds, 'navigation', {endpoint});
    at(seconds + 1, 'layout', {boxes: layout(offset)});
  };
  open(0, '/products/{id}', 0);
  glide(1.2, 2.4, [700, 40], [120, 380]);
  at(2.5, 'click', {x: 120, y: 380, target: 'input#name'});
  at(2.8, 'input', {target: 'input#name', field: 'text'});
  glide(4, 4.6, [120, 380], [110, 500]);
  for (const time of [4.8, 5, 5.2]) at(time, 'click', {x: 110, y: 500, target: '[data-rum="buy"]'});
  at(6, 'error', {kind: 'exception'});
  at(6.6, 'scroll', {x: 0, y: 160});
  at(7, 'scroll', {x: 0, y: 420});
  at(8, 'visibility', {state: 'hidden'});
  at(18, 'visibility', {state: 'visible'});
  open(18.5, '/cart', 30);
  glide(19.6, 20.4, [110, 500], [470, 420]);
  at(20, 'error', {kind: 'rejection'});
  at(21, 'click', {x: 470, y: 420, target: 'div#card'});
  glide(22, 25, [470, 420], [120, 530]);
  at(26, 'click', {x: 120, y: 530, target: 'form>button:nth-of-type(2)'});
  return events.sort((a, b) => a.timestamp - b.timestamp);
};

/** A visit without trouble, of so many seconds. */
export const calm = (seconds, start = START) => [
  {type: 'viewport', timestamp: start, width: 390, height: 844, document_width: 390, document_height: 844},
  {type: 'navigation', timestamp: start, endpoint: '/products/{id}'},
  {type: 'click', timestamp: start + seconds * 1000, x: 10, y: 10, target: 'a'},
];

export const ids = ['a', 'b', 'c', 'd'].map(letter => letter.repeat(32));
