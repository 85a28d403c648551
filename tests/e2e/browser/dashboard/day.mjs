// What a test does to the application that is watched.
import {repeat} from './watched.mjs';

export const TEMPLATES = {'/': '/', '/users/7': '/users/{id}', '/cart': '/cart'};

/** Requests, and what ten users did. */
export const drive = async app => {
  await app.sampled();
  await app.ask(...repeat(12, '/'), ...repeat(6, '/users/7'), '/users/7?status=500', '/users/7?status=404', ...repeat(4, '/cart?wait=60'));
  const view = (lcp, inp, cls) => ({event: 'web_vitals', endpoint: '/', lcp, inp, cls, fcp: 900, ttfb: 400});
  await app.beacon([
    ...repeat(7, view(1200, 100, 0.02)), ...repeat(2, view(3000, 300, 0.2)), view(9000, 900, 0.6),
    ...repeat(4, {event: 'page_load', endpoint: '/', load_time: 1000, phases: {dns: 100, connect: 100, request: 300, response: 50, dom: 400, other: 50}}),
    ...repeat(10, {event: 'session'}), ...repeat(6, {event: 'engaged'}), ...repeat(3, {event: 'conversion', goal: 'signup'}),
    ...repeat(5, {event: 'engaged_time', value: 4000}),
    ...repeat(5, {event: 'page_view', endpoint: '/users/{id}', from: '/'}), ...repeat(2, {event: 'page_view', endpoint: '/', from: '/users/{id}'}),
    {event: 'page_view', endpoint: '/cart', from: '/'},
    {event: 'interaction', type: 'click', name: 'buy', count: 4}, {event: 'interaction', type: 'click', count: 9},
    {event: 'error', endpoint: '/cart', kind: 'exception', count: 2}, {event: 'error', endpoint: '/', kind: 'resource', count: 1},
    ...repeat(3, {event: 'request', endpoint: '/cart', duration: 200}),
    ...repeat(2, {event: 'conversion', goal: 'never declared'}),
  ]);
};

export const BUSY = {templates: TEMPLATES, goals: ['signup'], interactions: ['buy'], probes: {home: '/', broken: '/?status=503'}};

/** Paths, and templates of all lengths. */
export const MANY = Object.fromEntries(Array.from({length: 200}, (_, index) => [`/e/${index}`, `/e/${index}/{id}/of/a/rather/long/template/${'x'.repeat(index % 40)}`]));
