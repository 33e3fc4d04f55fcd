/** Who is signed in, and how one comes in. */
export type Role = 'viewer' | 'operator' | 'admin';

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
