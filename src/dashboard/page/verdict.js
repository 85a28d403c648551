// @ts-check
/**
 * What numbers mean for users. Thresholds of Web Vitals are Google's (https://web.dev/articles/vitals): of the 75th percentile, the first still
 * good, beyond the second poor. They are bounds of the histograms, so shares by them are exact.
 *
 * @typedef {'good' | 'fair' | 'poor' | 'unknown' | 'neutral'} State
 * @typedef {{family: string, name: string, short: string, good: number, poor: number, score?: boolean}} Vital
 */

/** @type {Record<State, string>} */
export const WORDS = {good: 'Good', fair: 'Needs improvement', poor: 'Poor', unknown: 'No data yet', neutral: ''};

/** @type {Vital[]} */
export const VITALS = [
  {family: 'web_vitals_lcp_seconds', short: 'LCP', name: 'Largest Contentful Paint', good: 2.5, poor: 4},
  {family: 'web_vitals_inp_seconds', short: 'INP', name: 'Interaction to Next Paint', good: 0.2, poor: 0.5},
  {family: 'web_vitals_cls_score', short: 'CLS', name: 'Cumulative Layout Shift', good: 0.1, poor: 0.25, score: true},
  {family: 'web_vitals_fcp_seconds', short: 'FCP', name: 'First Contentful Paint', good: 1.8, poor: 3},
  {family: 'web_vitals_ttfb_seconds', short: 'TTFB', name: 'Time to First Byte', good: 0.8, poor: 1.8},
];

/** Of the share of requests that failed; ours. */
export const ERRORS = {good: 0.01, poor: 0.05};

/** Of the 95th percentile at the server, seconds: it is part of the time to first byte, whose thresholds these are. */
export const LATENCY = {good: 0.8, poor: 1.8};

/** @type {(value: number, thresholds: {good: number, poor: number}) => State} */
export const judge = (value, {good, poor}) =>
  Number.isNaN(value) ? 'unknown' : value <= good ? 'good' : value <= poor ? 'fair' : 'poor';

/** @type {(states: State[]) => State} The worst that is known. */
export const worst = states =>
  /** @type {State[]} */ (['poor', 'fair', 'good']).find(state => states.includes(state)) ?? 'unknown';
