import type { Insights, Week } from '../api/models';
import { saved, success, whole } from './charts';

function week(more: Partial<Week>): Week {
  return {
    week: '2026-W47',
    first_day: '2026-11-16',
    runs: 0,
    completed: 0,
    failed: 0,
    needs_review: 0,
    cancelled: 0,
    success_share: null,
    on_time: 0,
    late: 0,
    on_time_share: null,
    records: 0,
    hours_saved: 0,
    ...more,
  };
}

describe('charts by week', () => {
  it('say each column in words, too', () => {
    const [column] = success([week({ runs: 3, completed: 2, success_share: 2 / 3 })]);
    expect(column).toMatchObject({ figure: '67', value: 2 / 3, words: 'Week of 16 Nov: 67 %, 2 of 3 runs' });
  });

  it('show a week without runs as nothing, not as a failure', () => {
    expect(success([week({})])[0]).toMatchObject({ figure: '–', value: null });
    expect(saved([week({})])[0]).toMatchObject({ figure: '–', value: null });
  });

  it('reckon the whole from counts, not from the means of weeks', () => {
    const weeks = [
      week({ runs: 1, completed: 0, success_share: 0, late: 1, on_time_share: 0 }),
      week({ runs: 9, completed: 9, success_share: 1, on_time: 9, on_time_share: 1, records: 1200, hours_saved: 30 }),
    ];
    const insights = { weeks } as unknown as Insights;
    expect(whole(insights)).toEqual({ success: '90 %', onTime: '90 %', saved: '30 h', records: '1,200 records' });
    expect(whole({ weeks: [week({})] } as unknown as Insights).success).toBe('–');
  });
});
