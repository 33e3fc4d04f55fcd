import { convertToParamMap } from '@angular/router';

import { NONE, addressOf, filtersOf, queryOf } from './filters';

describe('what a list of runs is narrowed to', () => {
  it('is read from the address, and written into it', () => {
    const filters = filtersOf(convertToParamMap({ q: 'claims 12', state: 'FAILED', other: 'x' }));
    expect(filters).toEqual({ ...NONE, q: 'claims 12', state: 'FAILED' });
    expect(addressOf(filters)).toEqual({ ...addressOf(NONE), q: 'claims 12', state: 'FAILED' });
    expect(Object.values(addressOf(NONE)).every((value) => value === null)).toBe(true);
  });

  it('asks the server for each of several states, and for nothing that is not narrowed', () => {
    expect(queryOf({ ...NONE, state: 'UPLOADING,PROCESSING', q: 'a&b' }, { after: '9' })).toBe(
      '?q=a%26b&state=UPLOADING&state=PROCESSING&after=9',
    );
    expect(queryOf(NONE)).toBe('');
  });
});
