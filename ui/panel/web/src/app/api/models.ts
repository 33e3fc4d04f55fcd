/**
 * What the panel's server sends and takes: the names of ui/panel/server/models.py, where each is explained.
 * tests/panel/test_contract.py compares every field here with the server's OpenAPI.
 *
 * Sentences (`words`) come from the server as plain text and are shown as text. Moments are ISO texts in UTC.
 */
export type SignKind = 'done' | 'running' | 'needs_you' | 'at_risk' | 'failed' | 'waiting';
export type Role = 'viewer' | 'operator' | 'admin';
export type Standing = 'online' | 'silent' | 'never' | 'revoked';
export type Verb = 'run' | 'retry' | 'resume' | 'cancel' | 'answer';
export type CommandState = 'waiting' | 'delivered' | 'done' | 'refused' | 'expired';

export interface Problem {
  readonly code: string;
  readonly words: string;
}

export interface Session {
  readonly person: number;
  readonly login: string;
  readonly name: string;
  readonly roles: Readonly<Record<string, Role>>;
  readonly offices: readonly string[];
  readonly second_factor: string;
  readonly csrf: string;
  readonly version: string;
}

export interface InvitationState {
  readonly login: string | null;
  readonly name: string | null;
  readonly first: boolean;
}

export interface SecondFactor {
  readonly uri: string;
  readonly secret: string;
  readonly svg: string;
}

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

export interface Workstation {
  readonly id: number;
  readonly name: string;
  readonly office: string;
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

export interface Target {
  readonly workstation: number;
  readonly workstation_name: string;
  readonly office: string;
  readonly automation: string;
  readonly title: string;
  readonly standing: Standing;
  readonly sign: SignKind;
  readonly words: string;
  readonly waiting: number;
  readonly conflict: boolean;
  readonly allowed: boolean;
  readonly why_not: string;
  readonly confirm: string;
}

export interface Wish {
  readonly nonce: string;
  readonly workstation: number;
  readonly verb: Verb;
  readonly automation?: string;
  readonly run?: string;
}

export interface Command {
  readonly id: number;
  readonly workstation: number;
  readonly workstation_name: string;
  readonly verb: Verb;
  readonly automation: string | null;
  readonly run: string | null;
  readonly review: number | null;
  readonly answer: string | null;
  readonly state: CommandState;
  readonly sign: SignKind;
  readonly words: string;
  readonly by: string;
  readonly given_at: string;
  readonly expires_at: string;
  readonly ended_at: string | null;
}

export interface Commands {
  readonly items: readonly Command[];
}

export interface Answer {
  readonly code: string;
  readonly words: string;
  readonly here: boolean;
}

export interface Comment {
  readonly by: string;
  readonly at: string;
  readonly text: string;
}

export interface Given {
  readonly answer: string;
  readonly words: string;
  readonly by: string;
  readonly at: string | null;
}

export interface ReviewItem {
  readonly id: number;
  readonly workstation: number;
  readonly workstation_name: string;
  readonly run: string;
  readonly automation: string;
  readonly title: string;
  readonly office: string;
  readonly task: string | null;
  readonly ordinal: number | null;
  readonly question: string;
  readonly words: string;
  readonly advice: string;
  readonly answers: readonly Answer[];
  readonly elsewhere: string;
  readonly group: string;
  readonly created_at: string;
  readonly deadline_at: string | null;
  readonly pictures: readonly Picture[];
  readonly assignee: number | null;
  readonly assignee_name: string | null;
  readonly comments: readonly Comment[];
  readonly pending: Command | null;
  readonly given: Given | null;
  readonly allowed: boolean;
}

export interface ReviewQueue {
  readonly items: readonly ReviewItem[];
}

export interface Colleague {
  readonly id: number;
  readonly name: string;
}

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
