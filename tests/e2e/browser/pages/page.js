window.violations = [];
document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));
// A busy handler makes an interaction as slow as asked.
const busy = ms => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};
for (const type of ['click', 'keydown']) {
  addEventListener(type, ({target}) => {
    if (target.dataset?.ms) busy(Number(target.dataset.ms));
  });
}
window.busy = busy;
window.rejectLater = () => setTimeout(() => Promise.reject(new Error('secret')));
// Moves everything below by so many pixels.
window.shift = pixels => {
  gap.style.height = `${gap.offsetHeight + pixels}px`;
  return new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
};
window.loadRum = () => new Promise(resolve => {
  const script = document.createElement('script');
  script.src = '/rum.js';
  script.dataset.interval = 0;
  script.onload = resolve;
  document.body.append(script);
});
