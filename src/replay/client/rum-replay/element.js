// What may be told of an element.

const MASKED = '[data-rum-mask]';

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
