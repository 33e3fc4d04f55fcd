import type { ReviewItem } from '../api/models';
import { asked } from './queue';

function item(id: number, group: string): ReviewItem {
  return { id, group } as ReviewItem; // nothing else is looked at
}

describe('questions that ask the same', () => {
  it('stand together, where the first of them stands', () => {
    const groups = asked([item(4, 'b'), item(1, 'a'), item(7, 'b')]);
    expect(groups.map(({ first, items }) => [first.id, items.map(({ id }) => id)])).toEqual([
      [4, [4, 7]],
      [1, [1]],
    ]);
  });

  it('are none where nothing is asked', () => {
    expect(asked([])).toEqual([]);
  });
});
