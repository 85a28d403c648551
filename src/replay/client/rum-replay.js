'use strict';
((path, honoursPrivacy) => {
  void [path, honoursPrivacy];
})(...__RUM_CONFIG__);
