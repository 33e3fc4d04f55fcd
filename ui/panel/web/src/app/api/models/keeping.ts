/** What is looked after: insights, workstations, people, audit. */
import type { SignKind, Standing } from './runs';
import type { Role } from './session';

export interface Week {
  readonly week: string;
  readonly first_day: string;
  readonly runs: number;
  readonly completed: number;
  readonly failed: number;
  readonly needs_review: number;
  readonly cancelled: number;
  readonly success_share: number | null;
  readonly on_time: number;
  readonly late: number;
  readonly on_time_share: number | null;
  readonly records: number;
  readonly hours_saved: number;
}

export interface Cause {
  readonly code: string;
  readonly words: string;
  readonly count: number;
}

export interface AutomationInsight {
  readonly automation: string;
  readonly title: string;
  readonly office: string;
  readonly runs: number;
  readonly success_share: number | null;
  readonly on_time_share: number | null;
  readonly median_seconds: number | null;
  readonly records: number;
  readonly hours_saved: number;
}

export interface Insights {
  readonly weeks: readonly Week[];
  readonly causes: readonly Cause[];
  readonly automations: readonly AutomationInsight[];
  readonly seconds_per_record: number;
  readonly basis: string;
}

export interface Witness {
  readonly count: number;
  readonly head: string;
  readonly at: string;
  readonly problem: string;
}

export interface WorkstationDetail {
  readonly id: number;
  readonly name: string;
  readonly office: string;
  readonly zone: string | null;
  readonly machine: string;
  readonly agent_version: string;
  readonly standing: Standing;
  readonly sign: SignKind;
  readonly words: string;
  readonly enrolled_at: string;
  readonly enrolled_by: string;
  readonly seen_at: string | null;
  readonly revoked_at: string | null;
  readonly automations: readonly string[];
  readonly allows: readonly string[];
  readonly behind: string;
  readonly witness: Witness | null;
}

export interface EnrolmentCode {
  readonly id: number;
  readonly office: string;
  readonly name: string;
  readonly expires_at: string;
  readonly by: string;
  readonly code: string | null;
  readonly command: string | null;
}

export interface Person {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly roles: Readonly<Record<string, Role>>;
  readonly second_factor: boolean;
  readonly invited: boolean;
  readonly disabled: boolean;
  readonly seen_at: string | null;
}

export interface Invited {
  readonly person: Person;
  readonly path: string;
  readonly expires_at: string;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: string;
  readonly who: string;
  readonly office: string | null;
  readonly verb: string;
  readonly words: string;
  readonly outcome: string;
}

export interface AuditPage {
  readonly items: readonly AuditEntry[];
  readonly next: string | null;
}
