import type { Insights, Week } from '../api/models';
import { Moments } from '../words/moments';
import { counted, hours, percent } from '../words/numbers';
import type { Column } from './columns';

function weekly(weeks: readonly Week[], say: (week: Week) => Omit<Column, 'label'>): readonly Column[] {
  const moments = new Moments(undefined);
  return weeks.map((week) => {
    const day = moments.day(week.first_day).replace(/^\w+ /, '');
    const told = say(week);
    return { ...told, label: day, words: `Week of ${day}: ${told.words}` };
  });
}

/** How many runs of each week ended well. */
export function success(weeks: readonly Week[]): readonly Column[] {
  return weekly(weeks, (week) => shareOf(week.success_share, `${String(week.completed)} of ${counted(week.runs, 'run', 'runs')}`));
}

/** How many runs of each week were done before their deadline. */
export function onTime(weeks: readonly Week[]): readonly Column[] {
  return weekly(weeks, (week) =>
    shareOf(week.on_time_share, `${String(week.on_time)} of ${counted(week.on_time + week.late, 'run', 'runs')}`),
  );
}

/** Hours that nobody had to type. */
export function saved(weeks: readonly Week[]): readonly Column[] {
  return weekly(weeks, (week) => ({
    value: week.runs > 0 ? week.hours_saved : null,
    figure: week.hours_saved > 0 ? hours(week.hours_saved).replace(/ h$/, '') : '–',
    words: `${hours(week.hours_saved)} saved, ${counted(week.records, 'record', 'records')}`,
  }));
}

function shareOf(share: number | null, of: string): Omit<Column, 'label'> {
  if (share === null) return { value: null, figure: '–', words: 'nothing ran' };
  return { value: share, figure: percent(share).replace(' %', ''), words: `${percent(share)}, ${of}` };
}

/** The three figures on top; a dash where there is nothing to divide by. */
export function whole({ weeks }: Insights): { success: string; onTime: string; saved: string; records: string } {
  const sum = (of: (week: Week) => number): number => weeks.reduce((total, week) => total + of(week), 0);
  const ended = sum((week) => (week.success_share === null ? 0 : week.runs));
  const timed = sum((week) => week.on_time + week.late);
  return {
    success: ended > 0 ? percent(sum((week) => week.completed) / ended) : '–',
    onTime: timed > 0 ? percent(sum((week) => week.on_time) / timed) : '–',
    saved: hours(sum((week) => week.hours_saved)),
    records: counted(sum((week) => week.records), 'record', 'records'),
  };
}
