import { Moments, ago, duration } from './moments';
import { hours, percent } from './numbers';

const NOW = new Date('2026-11-26T07:30:00Z');

describe('Moments', () => {
  it("says the time alone today, in the office's zone", () => {
    expect(new Moments('Europe/Vienna', NOW).at('2026-11-26T04:41:00+00:00')).toBe('05:41');
  });

  it("says the day where it isn't today there", () => {
    // 23:30 UTC is half past midnight in Vienna: another day.
    expect(new Moments('Europe/Vienna', NOW).at('2026-11-24T23:30:00Z')).toBe('Wed 25 Nov 00:30');
    expect(new Moments('UTC', NOW).at('2026-11-24T23:30:00Z')).toBe('Tue 24 Nov 23:30');
  });

  it('adds the year to a day of another one', () => {
    const moments = new Moments('UTC', NOW);
    expect(moments.day('2026-09-07')).toBe('Mon 7 Sep');
    expect(moments.day('2025-12-31')).toBe('Wed 31 Dec 2025');
  });

  it("names the place where its clock isn't the reader's", () => {
    const moment = '2026-11-26T04:41:00Z';
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const there = own === 'America/New_York' ? 'America/Sao_Paulo' : 'America/New_York';
    const told = [there, own, 'Mars/Olympus', null].map((zone) => new Moments(zone, NOW).place(moment));
    expect(told).toEqual([there === 'America/New_York' ? 'New York' : 'Sao Paulo', '', '', '']);
  });

  it("reads a zone that it does not know as the computer's own", () => {
    expect(new Moments('Mars/Olympus', NOW).at('2026-11-26T07:30:00Z')).toBe(new Moments(null, NOW).at('2026-11-26T07:30:00Z'));
  });
});

describe('spans of time', () => {
  it('are said as one says them', () => {
    expect([4, 125, 4320].map(duration)).toEqual(['4 s', '2 min 5 s', '1 h 12 min']);
    const now = NOW.getTime();
    const told = [5, 300, 7200, 300_000].map((seconds) => ago(new Date(now - seconds * 1000).toISOString(), now));
    expect(told).toEqual(['just now', '5 min ago', '2 h ago', '3 days ago']);
  });

  it('never make "all" of nearly all, nor "nothing" of a little', () => {
    expect([1, 0.999, 0.5, 0.001, 0].map(percent)).toEqual(['100 %', '99 %', '50 %', '1 %', '0 %']);
    expect([0, 0.4, 3.25, 1204].map(hours)).toEqual(['0 h', '24 min', '3.3 h', '1,204 h']);
  });
});
