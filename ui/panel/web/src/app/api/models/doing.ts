/** What may be done: wishes and answers. */
import type { Picture, SignKind, Standing } from './runs';

export type Verb = 'run' | 'retry' | 'resume' | 'cancel' | 'answer';

export type CommandState = 'waiting' | 'delivered' | 'done' | 'refused' | 'expired';

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

export interface Candidate {
  readonly number: number;
  readonly element: string;
  readonly words: string;
  readonly box: readonly number[];
  readonly best: boolean;
}

export interface Repair {
  readonly elements: readonly string[];
  readonly candidates: readonly Candidate[];
  readonly picture: Picture | null;
  readonly size: readonly number[];
  readonly before: Picture | null;
  readonly before_box: readonly number[];
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
  readonly zone: string | null;
  readonly task: string | null;
  readonly ordinal: number | null;
  readonly version: number;
  readonly question: string;
  readonly words: string;
  readonly advice: string;
  readonly answers: readonly Answer[];
  readonly elsewhere: string;
  readonly group: string;
  readonly created_at: string;
  readonly deadline_at: string | null;
  readonly pictures: readonly Picture[];
  readonly repair: Repair | null;
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
