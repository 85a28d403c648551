// @ts-check
/** Elements, whose text is always text: what a series is named by never becomes markup. */

/**
 * @typedef {Node | string | number} Child
 * @typedef {Record<string, string | number | boolean | EventListener | undefined>} Attributes listeners are named as `onclick` is
 */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const html = (name, attributes = {}, ...children) => dress(document.createElement(name), attributes, children);

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export const svg = (name, attributes = {}, ...children) =>
  dress(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
const dress = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  element.append(...children.map(asNode));
  return element;
};

/** @type {(child: Child) => Node | string} */
const asNode = child => typeof child === 'number' ? String(child) : child;

/**
 * An attribute, touched only if it changes; `undefined` and `false` take it away.
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | undefined} value
 */
export const set = (element, name, value) => {
  if (value === undefined || value === false) {
    element.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
};

/** @type {(element: Element, text: string) => void} */
export const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/** A number as people read it, with the exact one as its value. */
export const datum = () => html('data', {value: ''});

/** @type {(element: HTMLDataElement, value: number, format: (value: number) => string) => void} */
export const tell = (element, value, format) => {
  set(element, 'value', Number.isFinite(value) ? value : '');
  say(element, format(value));
};

/** Lengths and positions by number; the policy of the page allows no style attributes. */
export const style = (/** @type {HTMLElement | SVGElement} */ element, /** @type {string} */ name, /** @type {string} */ value) => {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
};

/**
 * Children that live as long as their keys do, so that focus and selection outlive an update.
 * @template T
 * @template {Element} E
 * @param {Element} parent
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => E} create
 * @param {(element: E, item: T) => void} update
 * @returns {(items: T[]) => void}
 */
export const keyed = (parent, keyOf, create, update) => {
  /** @type {Map<string, E>} */
  let elements = new Map();
  return items => {
    const focused = document.activeElement;
    /** @type {Map<string, E>} */
    const next = new Map();
    items.forEach((item, index) => {
      const key = keyOf(item);
      const element = elements.get(key) ?? create(item);
      next.set(key, element);
      update(element, item);
      if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
    });
    elements.forEach((element, key) => {
      if (!next.has(key)) element.remove();
    });
    elements = next;
    if (focused instanceof HTMLElement && focused !== document.activeElement && parent.contains(focused)) focused.focus({preventScroll: true});
  };
};
