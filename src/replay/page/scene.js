// Draws a moment: the visitor's window to scale, its boxes, the cursor and what it does.
import {draw} from './dom.js';

/** @typedef {ReturnType<typeof import('./model.js').sceneAt>} Scene */

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {(svg: any) => (scene: Scene) => void} */
export const makeScene = svg => {
  const boxes = draw('g', {class: 'boxes'});
  const trail = draw('polyline', {class: 'trail'});
  const ripples = draw('g');
  const cursor = draw('g', {class: 'cursor'}, draw('path', {d: 'M0 0v17l4.5-4 3 6.500 2.800-1.300-3-6.300h6z'}));
  const hint = draw('g', {class: 'hint'}, draw('rect', {x: 14, y: 16, height: 22, rx: 11}), draw('text', {x: 24, y: 31}));
  const paper = draw('rect', {class: 'paper', width: '100%', height: '100%'});
  const veil = draw('rect', {class: 'veil', width: '100%', height: '100%'});
  svg.replaceChildren(patterns(), paper, boxes, trail, ripples, cursor, hint, veil);

  /** @type {Partial<Scene>} */
  let drawn = {};
  let width = 0;
  // One pixel of this page in pixels of the visitor's: what is no part of the recording stays as large as it is.
  let pixel = 1;
  const measure = () => { pixel = svg.clientWidth ? Math.max(width / svg.clientWidth, 0.1) : 1; };
  new ResizeObserver(measure).observe(svg);

  return scene => {
    const {viewport, layout, scroll} = scene;
    if (viewport !== drawn.viewport) {
      width = viewport?.width || 1280;
      const height = viewport?.height || 720;
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      svg.style.setProperty('--shape', String(width / height));
      measure();
    }
    if (layout !== drawn.layout) boxes.replaceChildren(...(layout?.boxes ?? []).map(box));
    drawn = {viewport, layout};
    boxes.setAttribute('transform', `translate(${-scroll.x} ${-scroll.y})`);
    veil.classList.toggle('shown', scene.hidden);

    trail.setAttribute('points', [...scene.trail, ...scene.cursor ? [scene.cursor] : []].map(({x, y}) => `${x},${y}`).join(' '));
    ripples.replaceChildren(...scene.clicks.map(click => ripple(click, scene, pixel)));
    cursor.classList.toggle('shown', !!scene.cursor);
    hint.classList.toggle('shown', !!scene.input);
    const {x, y} = scene.cursor ?? {x: width / 2, y: (viewport?.height || 720) / 2};
    cursor.setAttribute('transform', `translate(${x} ${y}) scale(${pixel})`);
    if (scene.input) {
      label(hint, `${FIELDS[scene.input.field] ?? 'a field'}`);
      hint.setAttribute('transform', `translate(${x} ${y}) scale(${pixel})`);
    }
  };
};

/** @type {Record<string, string>} */
const FIELDS = {text: 'types text', password: 'types a password', checkbox: 'ticks a checkbox', radio: 'picks an option', select: 'picks from a list'};

/** @type {(hint: any, words: string) => void} */
const label = (hint, words) => {
  const [rect, text] = hint.children;
  if (text.textContent === words) return;
  text.textContent = words;
  rect.setAttribute('width', words.length * 6.6 + 20);
};

/** @type {(click: any, scene: Scene, pixel: number) => any} */
const ripple = (click, scene, pixel) => {
  const moved = calm.matches ? 0.4 : click.age / 700;
  return draw('circle', {class: scene.raging ? 'ripple rage' : 'ripple', cx: click.x, cy: click.y, r: (6 + 24 * moved) * pixel, opacity: 1 - moved, 'stroke-width': 3 * pixel});
};

/** @type {Record<string, (x: number, y: number, width: number, height: number) => any[]>} */
const shapes = {
  link: (x, y, width, height) => [draw('rect', {x, y, width, height, rx: 3})],
  button: (x, y, width, height) => [draw('rect', {x, y, width, height, rx: Math.min(8, height / 2)})],
  field: (x, y, width, height) => [draw('rect', {x, y, width, height, rx: 4})],
  image: (x, y, width, height) => [draw('rect', {x, y, width, height}), draw('path', {d: `M${x} ${y}l${width} ${height}M${x} ${y + height}l${width} ${-height}`})],
  heading: (x, y, width, height) => [draw('rect', {x, y: y + height * 0.2, width, height: height * 0.6, rx: 3})],
  // As many lines as the height has room for, the last one shorter.
  text: (x, y, width, height) => {
    const lines = Math.max(1, Math.min(40, Math.round(height / 22)));
    const step = height / lines;
    return Array.from({length: lines}, (_, line) =>
      draw('rect', {x, y: y + step * (line + 0.3), width: lines > 1 && line === lines - 1 ? width * 0.6 : width, height: Math.min(step * 0.4, 10), rx: 2}));
  },
  masked: (x, y, width, height) => [draw('rect', {x, y, width, height, rx: 3})],
};

/** @type {(box: any[]) => any} */
const box = ([x, y, width, height, kind]) => draw('g', {class: `box ${Object.hasOwn(shapes, kind) ? kind : 'text'}`}, ...(Object.hasOwn(shapes, kind) ? shapes[kind] : shapes.text)(x, y, width, height));

const patterns = () => draw('defs', {},
  draw('pattern', {id: 'hatch', width: 10, height: 10, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'},
    draw('rect', {class: 'hatch-ground', width: 10, height: 10}), draw('rect', {class: 'hatch-line', width: 4, height: 10})));
