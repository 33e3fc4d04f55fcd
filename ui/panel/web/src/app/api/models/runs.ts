/** What is to be seen: the morning, runs, the log. */
import type { ReviewItem, Verb } from './doing';

export type SignKind = 'done' | 'running' | 'needs_you' | 'at_risk' | 'failed' | 'waiting';

export interface Counts {
  readonly total: number;
  readonly planned: number;
  readonly intended: number;
  readonly confirmed: number;
  readonly verified: number;
  readonly rejected: number;
  readonly invalid: number;
  readonly in_doubt: number;
  readonly in_review: number;
  readonly taken: number;
  readonly skipped: number;
  readonly left_out: number;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly noun: string;
  readonly step: string;
}

export interface Forecast {
  readonly verdict: string;
  readonly words: string;
  readonly deadline_at: string;
  readonly earliest_at: string | null;
  readonly latest_at: string | null;
}

export interface Run {
  readonly workstation: number;
  readonly workstation_name: string;
  readonly run: string;
  readonly automation: string;
  readonly title: string;
  readonly office: string;
  readonly zone: string | null;
  readonly business_date: string;
  readonly period_first: string;
  readonly period_last: string;
  readonly state: string;
  readonly sign: SignKind;
  readonly words: string;
  readonly why: string;
  readonly rehearsal: boolean;
  readonly by: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly deadline_at: string | null;
  readonly on_time: boolean | null;
  readonly seconds: number | null;
  readonly records: Counts;
  readonly noun: readonly string[];
  readonly progress: Progress | null;
  readonly forecast: Forecast | null;
  readonly pictures: number;
  readonly open_reviews: number;
}

export interface RunPage {
  readonly items: readonly Run[];
  readonly next: string | null;
}

export interface Task {
  readonly name: string;
  readonly kind: string;
  readonly kind_words: string;
  readonly site: string | null;
  readonly state: string;
  readonly sign: SignKind;
  readonly words: string;
  readonly attempts: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly seconds: number | null;
  readonly why: string;
  readonly advice: string;
}

export interface Figure {
  readonly place: string;
  readonly name: string;
  readonly source: string | null;
  readonly processed: string | null;
  readonly delivered: string | null;
  readonly target: string | null;
  readonly equal: boolean;
}

export interface Picture {
  readonly id: number;
  readonly task: string | null;
  readonly name: string;
  readonly created_at: string;
  readonly kept_until: string;
}

export interface LogLine {
  readonly id: number;
  readonly at: string;
  readonly workstation: number;
  readonly workstation_name: string;
  readonly zone: string | null;
  readonly run: string | null;
  readonly title: string;
  readonly kind: string;
  readonly code: string;
  readonly sign: SignKind;
  readonly words: string;
}

export interface LogPage {
  readonly items: readonly LogLine[];
  readonly next: string | null;
}

export interface Allowed {
  readonly verb: Verb;
  readonly allowed: boolean;
  readonly why_not: string;
}

export interface RunDetail {
  readonly run: Run;
  readonly tasks: readonly Task[];
  readonly totals: readonly Figure[];
  readonly timeline: readonly LogLine[];
  readonly pictures: readonly Picture[];
  readonly reviews: readonly ReviewItem[];
  readonly versions: Readonly<Record<string, string>>;
  readonly advice: string;
  readonly may: readonly Allowed[];
}

export type Standing = 'online' | 'silent' | 'never' | 'revoked';

export interface Workstation {
  readonly id: number;
  readonly name: string;
  readonly office: string;
  readonly zone: string | null;
  readonly standing: Standing;
  readonly sign: SignKind;
  readonly words: string;
  readonly seen_at: string | null;
}

export interface Cell {
  readonly workstation: number;
  readonly automation: string;
  readonly title: string;
  readonly office: string;
  readonly zone: string | null;
  readonly sign: SignKind;
  readonly words: string;
  readonly run: string | null;
  readonly state: string | null;
  readonly progress: Progress | null;
  readonly forecast: Forecast | null;
  readonly deadline_at: string | null;
  readonly due_at: string | null;
  readonly open_reviews: number;
  readonly waiting: number;
  readonly conflict: boolean;
  readonly changed_at: string | null;
}

export interface Attention {
  readonly kind: string;
  readonly sign: SignKind;
  readonly words: string;
  readonly workstation: number;
  readonly workstation_name: string;
  readonly zone: string | null;
  readonly automation: string | null;
  readonly run: string | null;
  readonly since: string | null;
  readonly deadline_at: string | null;
}

export interface Dashboard {
  readonly now: string;
  readonly revision: number;
  readonly whole: boolean;
  readonly headline: string;
  readonly workstations: readonly Workstation[];
  readonly cells: readonly Cell[];
  readonly attention: readonly Attention[];
}
