import type { Cell, Dashboard, SignKind, Standing } from '../api/models';
import { columnsOf, grouped, merge } from './morning';

function station(id: number, standing: Standing = 'online') {
  return { id, name: `FRONT-${String(id)}`, office: 'main', standing, zone: null, sign: 'done' as const, words: '', seen_at: null };
}

function cell(workstation: number, sign: SignKind, more: Partial<Cell> = {}): Cell {
  return {
    workstation,
    automation: 'clinic',
    title: 'Clinic morning sync',
    office: 'main',
    zone: null,
    sign,
    words: sign,
    run: null,
    state: null,
    progress: null,
    forecast: null,
    deadline_at: null,
    due_at: null,
    open_reviews: 0,
    waiting: 0,
    conflict: false,
    changed_at: null,
    ...more,
  };
}

function morning(more: Partial<Dashboard>): Dashboard {
  return {
    now: '2026-11-26T06:00:00Z',
    revision: 1,
    whole: true,
    headline: '',
    workstations: [],
    cells: [],
    attention: [],
    ...more,
  };
}

describe('the matrix', () => {
  it('lets what needs somebody float up, then what is silent', () => {
    const now = morning({
      workstations: [station(1), station(2, 'silent'), station(3), station(10), station(4)],
      cells: [cell(1, 'done'), cell(2, 'waiting'), cell(3, 'needs_you'), cell(10, 'running'), cell(4, 'failed')],
    });
    const names = grouped(now, '').map(({ heading, rows }) => [heading, rows.map((row) => row.workstation.name)]);
    expect(names).toEqual([
      ['Needs someone', ['FRONT-4', 'FRONT-3']],
      ['Silent', ['FRONT-2']],
      ['All the others', ['FRONT-10', 'FRONT-1']],
    ]);
  });

  it('shows two owners of one automation among what needs somebody, whatever their signs', () => {
    const now = morning({ workstations: [station(1)], cells: [cell(1, 'done', { conflict: true })] });
    expect(grouped(now, '')[0]?.heading).toBe('Needs someone');
  });

  it('finds by every word, in names, offices and titles', () => {
    const now = morning({ workstations: [station(1), station(2)], cells: [cell(2, 'done')] });
    expect(grouped(now, 'clinic FRONT').flatMap((group) => group.rows.map((row) => row.workstation.id))).toEqual([2]);
    expect(grouped(now, 'nowhere')).toEqual([]);
  });

  it('has one column an automation', () => {
    const cells = [cell(1, 'done'), cell(2, 'done'), cell(2, 'done', { automation: 'a', title: 'Address book' })];
    expect(columnsOf(cells).map((column) => column.title)).toEqual(['Address book', 'Clinic morning sync']);
  });
});

describe('a change', () => {
  it('replaces the rows and cells that it brings and leaves the others', () => {
    const last = morning({ workstations: [station(1), station(2)], cells: [cell(1, 'running'), cell(2, 'done')] });
    const heard = morning({ revision: 2, whole: false, cells: [cell(1, 'failed')], headline: 'One failed' });
    const now = merge(last, heard);
    expect(now.cells.map((each) => each.sign)).toEqual(['failed', 'done']);
    expect([now.workstations.length, now.revision, now.headline]).toEqual([2, 2, 'One failed']);
  });

  it('replaces everything when it is the whole', () => {
    const last = morning({ workstations: [station(1)], cells: [cell(1, 'done')] });
    expect(merge(last, morning({ revision: 3 })).cells).toEqual([]);
  });
});
