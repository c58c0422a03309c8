import { columnsOf, type Reduce } from 'microprocess';

/** What the service answers. */
interface Tree {
  readonly park: string;
  readonly metres: number;
}

/** How many trees are taller than 30 m. */
export const tallTrees: Reduce<{ readonly id: number }, Tree> = {
  ...columnsOf(['park', 'metres']),
  start() {
    let tall = 0;
    return {
      add({ result }) {
        if (result.metres > 30) tall++;
      },
      merge(other) {
        tall += Number(other);
      },
      toJSON: () => tall,
      sections: ({ counts }) => [
        {
          kind: 'figures',
          key: 'trees',
          title: 'Tall trees',
          figures: [
            { key: 'tall', label: 'Taller than 30 m', value: tall },
            { label: 'Share', value: (100 * tall) / Math.max(1, counts.succeeded), unit: '%' },
          ],
        },
      ],
    };
  },
};
