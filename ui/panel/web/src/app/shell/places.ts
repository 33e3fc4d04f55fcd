import type { IconName } from '../design/icons';
import type { Role } from '../api/models';

/** A page of the navigation, and from which role on it is shown. */
export interface Place {
  readonly path: string;
  readonly word: string;
  readonly icon: IconName;
  readonly role: Role;
  /** In the bar of a phone, which has room for four. */
  readonly first: boolean;
}

export const PLACES: readonly Place[] = [
  { path: '/', word: 'Dashboard', icon: 'dashboard', role: 'viewer', first: true },
  { path: '/runs', word: 'Runs', icon: 'runs', role: 'viewer', first: true },
  { path: '/trigger', word: 'Trigger', icon: 'trigger', role: 'operator', first: true },
  { path: '/review', word: 'Review', icon: 'review', role: 'viewer', first: true },
  { path: '/insights', word: 'Insights', icon: 'insights', role: 'viewer', first: false },
  { path: '/workstations', word: 'Workstations', icon: 'workstations', role: 'viewer', first: false },
  { path: '/people', word: 'People', icon: 'people', role: 'admin', first: false },
  { path: '/audit', word: 'Audit', icon: 'audit', role: 'admin', first: false },
];
