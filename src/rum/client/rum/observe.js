// What the browser tells of as it happens.

/** @type {(() => void)[]} */
const drains = [];

/**
 * Calls back for each entry of a type, from the beginning of the page on; 0 if the browser has such entries.
 * @type {(type: string, each: (entry: any) => void, settings?: object) => 0 | undefined}
 */
const observe = quiet((type, each, settings) => {
  if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
  /** @type {(entries: PerformanceEntryList) => void} */
  const deliver = entries => entries.forEach(quiet(entry => {
    each(entry);
    changed();
  }));
  // Safari has called back in the middle of observe(), before this line was through.
  const observer = new PerformanceObserver(list => queueMicrotask(() => deliver(list.getEntries())));
  observer.observe({type, buffered: true, ...settings});
  drains.push(() => deliver(observer.takeRecords()));
  return 0;
});
