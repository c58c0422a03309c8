import { definePipeline, list, statistics } from 'microprocess';

const articles = ['apple', 'pear', 'plum', 'quince', 'fig'].map((sku) => ({ sku }));

export default definePipeline({
  name: 'prices',
  source: list(() => articles),
  endpoint: { service: 'prices', path: '/price' },
  reduce: statistics({ value: 'price', columns: ['sku', 'price'] }),
});
