import type { Role } from '../api/models';

/** What each role is called, and what it may do; each includes the one before. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  operator: 'Operator',
  admin: 'Admin',
};

export const ROLE_MEANINGS: readonly { readonly role: Role; readonly words: string }[] = [
  { role: 'viewer', words: 'Viewer: sees everything of the office' },
  { role: 'operator', words: 'Operator: also starts, stops and answers' },
  { role: 'admin', words: 'Admin: also workstations, people and audit' },
];
