import type { ParamMap } from '@angular/router';

/** What the list of runs is narrowed to: it stands in the address, so that it can be kept and passed on. */
export interface Filters {
  readonly q: string;
  readonly state: string;
  readonly automation: string;
  readonly workstation: string;
  readonly first: string;
  readonly last: string;
}

export const NONE: Filters = { q: '', state: '', automation: '', workstation: '', first: '', last: '' };

/** The states as one picks them: a word, and the states that it stands for. */
export const STATES: readonly { readonly word: string; readonly value: string }[] = [
  { word: 'Failed', value: 'FAILED' },
  { word: 'Needs you', value: 'NEEDS_REVIEW' },
  { word: 'In work', value: 'DOWNLOADING,PROCESSING,UPLOADING' },
  { word: 'Waiting', value: 'PENDING' },
  { word: 'Done', value: 'COMPLETED' },
  { word: 'Stopped', value: 'CANCELLED' },
];

export function filtersOf(params: ParamMap): Filters {
  return Object.fromEntries(Object.keys(NONE).map((name) => [name, params.get(name) ?? ''])) as unknown as Filters;
}

/** The query of the server's list; nothing for what is not narrowed. */
export function queryOf(filters: Filters, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filters, ...more })) {
    for (const each of name === 'state' ? value.split(',') : [value]) if (each) query.append(name, each);
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** What stands in the address; null takes a filter out of it. */
export function addressOf(filters: Filters): Record<string, string | null> {
  return Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, (value as string) || null]));
}
