/** Times as people read them: in the office's zone, with the date only where it isn't today (agent/cli/moments.py). */
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Local {
  readonly date: string;
  readonly clock: string;
}

/** Renders UTC moments (ISO text) for one zone; an unknown zone is read as the computer's own. */
export class Moments {
  readonly #format: Intl.DateTimeFormat;
  readonly #today: string;
  readonly #place: string;

  constructor(zone: string | null | undefined, now: Date = new Date()) {
    this.#format = formatOf(zone ?? undefined);
    this.#place = (zone ?? '').split('/').at(-1)?.replaceAll('_', ' ') ?? '';
    this.#today = this.#local(now).date;
  }

  /** `05:41`, or `Fri 20 Nov 05:41` when it isn't today; nothing for no moment. */
  at(moment: string | null | undefined): string {
    if (!moment) return '';
    const local = this.#local(new Date(moment));
    return local.date === this.#today ? local.clock : `${this.day(local.date)} ${local.clock}`;
  }

  /** `New York`: the place of the zone, if the clock shows another time there than here; else nothing. */
  place(moment: string): string {
    return this.#clock(moment) === new Moments(null).#clock(moment) ? '' : this.#place;
  }

  /** `05:41:07`, with the date where it isn't today: for lines of a log. */
  exactly(moment: string): string {
    const at = new Date(moment);
    return `${this.at(moment)}:${String(at.getUTCSeconds()).padStart(2, '0')}`;
  }

  /** `Mon 23 Nov`, with the year where it isn't this one. `day` is `2026-11-23`. */
  day(day: string): string {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    const weekday = DAYS[new Date(Date.UTC(year, month - 1, date)).getUTCDay()] ?? '';
    const told = `${weekday} ${date} ${MONTHS[month - 1] ?? ''}`;
    return year === Number(this.#today.slice(0, 4)) ? told : `${told} ${year}`;
  }

  #clock(moment: string): string {
    const local = this.#local(new Date(moment));
    return `${local.date} ${local.clock}`;
  }

  #local(moment: Date): Local {
    const parts = Object.fromEntries(this.#format.formatToParts(moment).map((part) => [part.type, part.value]));
    return {
      date: `${parts['year'] ?? ''}-${parts['month'] ?? ''}-${parts['day'] ?? ''}`,
      clock: `${parts['hour'] ?? ''}:${parts['minute'] ?? ''}`,
    };
  }
}

/** `4 s`, `2 min 5 s` or `1 h 12 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago, roughly, as one says it: `just now`, `4 min ago`, `2 h ago`, `3 days ago`. */
export function ago(moment: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(moment)) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} days ago`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string | undefined): Intl.DateTimeFormat {
  const key = zone ?? '';
  const known = formats.get(key);
  if (known) return known;
  const made = make(zone) ?? make(undefined) ?? new Intl.DateTimeFormat('en-GB');
  formats.set(key, made);
  return made;
}

function make(timeZone: string | undefined): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      ...(timeZone === undefined ? {} : { timeZone }),
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (error) {
    // A zone that this browser does not know (of a newer list): the computer's own clock serves.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
