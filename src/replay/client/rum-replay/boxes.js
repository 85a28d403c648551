// The page as boxes.

/** @type {Record<string, string>} */
const kinds = {
  a: 'link', button: 'button', summary: 'button', input: 'field', select: 'field', textarea: 'field', img: 'image', svg: 'image', video: 'image',
  canvas: 'image', iframe: 'image',
};

/** @type {(element: any) => string | undefined} */
const kindOf = element =>
  isMasked(element) ? 'masked'
    : element.localName == 'input' && /^(submit|button|reset|image)$/.test(element.type) || element.getAttribute('role') == 'button' ? 'button'
    : /^h\d/.test(element.localName) ? 'heading'
    : kinds[element.localName];

/** @type {(element: Element) => boolean} */
const isShown = element => element.checkVisibility?.({opacityProperty: true, visibilityProperty: true}) ?? true;

/** @type {(children: HTMLCollection, margin: number) => number} The first that may be near the window: the rows of a long list are in order. */
const firstNear = (children, margin) => {
  let low = 0;
  let high = children.length;
  while (high - low > 50) {
    const middle = low + high >> 1;
    if (children[middle].getBoundingClientRect().bottom < -margin) low = middle;
    else high = middle;
  }
  return low;
};

/** @type {(margin: number) => (string | number)[][]} What is in the window and so far around it; a page of any length costs the same. */
const boxes = margin => {
  /** @type {(string | number)[][]} */
  const found = [];
  let visited = 0;
  /** @type {(element: Element, inText?: boolean) => boolean | void} Whether it is below. */
  const draw = (element, inText) => {
    if (found.length > 199 || ++visited > 3000 || element.hasAttribute('data-rum-ignore')) return;
    const {left, top, right, bottom} = element.getBoundingClientRect();
    if (bottom > top && (top > innerHeight + margin || bottom < -margin)) return top > 0;
    const isText = () => !inText && [...element.childNodes].some(node => node.nodeType == 3 && /\S/.test(/** @type {Text} */ (node).data));
    const kind = kindOf(element) ?? (isText() ? 'text' : '');
    const x = whole(left + scrollX);
    const y = whole(top + scrollY);
    const width = whole(right + scrollX) - x;
    const height = whole(bottom + scrollY) - y;
    if (kind && width > 1 && height > 1 && isShown(element)) found.push([x, y, width, height, kind]);
    if (kind && kind != 'text') return;
    const {children} = element;
    for (let place = firstNear(children, margin), below = 0; place < children.length && below < 50; place++) {
      below = draw(children[place], inText || !!kind) ? below + 1 : 0;
    }
  };
  draw(document.body);
  return found;
};
