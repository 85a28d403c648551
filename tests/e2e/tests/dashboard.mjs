// What the dashboard's own functions give on points from standard input, at the times asked for: JSON in, JSON out.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const { rate, increase, histogramQuantile } = await import(pathToFileURL(`${folder}/functions.js`));
const { times, window, counters, histograms, quantiles } = JSON.parse(readFileSync(0, 'utf8'));

const points = (series) => series.map(([time, value]) => ({ time, value }));
const at = (compute) => times.map((time) => compute(time - window, time));

const ofCounters = (compute) =>
  Object.fromEntries(Object.entries(counters).map(([labels, series]) => [labels, at((from, to) => compute(points(series), from, to))]));

// As `sum by (le)` of the rates.
const rates = (buckets, from, to) =>
  buckets.map(({ bound, series }) => [
    bound === null ? Infinity : bound,
    series.map((one) => rate(points(one), from, to)).filter((value) => !Number.isNaN(value)).reduce((a, b) => a + b, 0),
  ]);

// Just at the edge of an empty bucket the last bit of a rate decides on which side of it the quantile lies.
const isOnEdge = (q, buckets) => {
  const total = buckets.at(-1)[1];
  return buckets.some(([, count]) => Math.abs(count - q * total) <= 1e-9 * total);
};

const ofHistograms = Object.fromEntries(
  quantiles.map((q) => [
    q,
    Object.fromEntries(
      Object.entries(histograms).map(([labels, buckets]) => [
        labels,
        at((from, to) => {
          const now = rates(buckets, from, to);
          return isOnEdge(q, now) ? 'edge' : histogramQuantile(q, now);
        }),
      ]),
    ),
  ]),
);

// JSON has no NaN.
console.log(JSON.stringify({ rate: ofCounters(rate), increase: ofCounters(increase), quantiles: ofHistograms }));
