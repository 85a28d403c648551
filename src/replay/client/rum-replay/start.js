// Last: by now every part is there.

const changes = new MutationObserver(settle);

const begin = () => {
  const tab = recall() ?? {sampled: Math.random() < +(options.sample ?? 1)};
  // Between pages the id is there, on a page it is not: a tab that is duplicated would copy it.
  remember({sampled: tab.sampled});
  if (!tab.sampled) return;
  // A page out of the back/forward cache has its own, and may be here before the one that was left has said anything.
  ({id = id, began = began, last = last} = tab);
  if (!id || isOver(Date.now())) renew();
  recording = true;
  if (!listening) listen();
  changes.observe(root, {subtree: true, childList: true, attributeFilter: ['class', 'hidden', 'open']});
  arrive(endpoint || root.dataset.rumReplay);
  if (document.hidden) record('visibility', {state: 'hidden'});
};

// The attribute is gone: what has not been sent is not, and nothing of the session stays.
const withdraw = () => {
  recording = false;
  id = '';
  changes.disconnect();
  queue = [];
  unsent = '';
  size = 0;
  const tab = recall();
  if (tab) remember({sampled: tab.sampled});
};

const start = () => {
  heed();
  new MutationObserver(heed).observe(root, {attributeFilter: ['data-rum-replay']});
};

// A second copy of this script leaves the page to the first.
if (!window.rumReplay) {
  window.rumReplay = true;
  if (optedOut) quiet(() => sessionStorage.removeItem('rumReplay'))();
  else if (document.prerendering) addEventListener('prerenderingchange', start);
  else start();
}
