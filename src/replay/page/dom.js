// Elements by id, and made with text that stays text.

/** @type {(id: string) => any} */
export const byId = id => document.getElementById(id);

/** @type {(tag: string, properties?: Record<string, unknown>, ...children: (Node | string)[]) => any} */
export const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const SVG = 'http://www.w3.org/2000/svg';

/** @type {(tag: string, attributes?: Record<string, string | number>, ...children: Node[]) => any} */
export const draw = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
};

/** @type {(text: string) => void} Says what went wrong, or nothing any more. */
export const notice = text => {
  byId('notice').textContent = text;
  byId('notice').hidden = !text;
};
