/** Small statistics, and numbers as text. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, and never an exponent. */
export function digits(value) {
  if (value === undefined || value === null || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

export const smallest = (items, value) =>
  items.reduce((best, item) => (best === undefined || value(item) < value(best) ? item : best), undefined);

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `task` for every item, at most `width` at a time, and gives the results in order. */
export async function pooled(items, width, task) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await task(items[i]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
