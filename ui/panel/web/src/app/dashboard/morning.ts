import type { Cell, Dashboard, SignKind, Workstation } from '../api/models';
import { type Watched, watched } from '../live/watched';

/** A workstation with its cells, as one row of the matrix. */
export interface Row {
  readonly workstation: Workstation;
  readonly cells: readonly Cell[];
}

/** Rows under one heading; what needs somebody comes first, then what is silent. */
export interface Group {
  readonly heading: string;
  readonly rows: readonly Row[];
}

/** An automation, as a column of the matrix. */
export interface Column {
  readonly automation: string;
  readonly title: string;
}

const CONCERNED = new Set(['run', 'review', 'workstation', 'command']);
const URGENCY: readonly SignKind[] = ['failed', 'needs_you', 'at_risk', 'running', 'waiting', 'done'];
const WANTS_SOMEBODY: ReadonlySet<SignKind> = new Set(['failed', 'needs_you', 'at_risk']);

/** The morning as it stands, followed change by change. */
export function watchMorning(): Watched<Dashboard> {
  return watched<Dashboard>(
    () => '/api/dashboard',
    (change) => CONCERNED.has(change.kind),
    { since: (last) => `/api/dashboard?since=${String(last.revision)}`, merge },
  );
}

/** What was known, with what has changed put in. */
export function merge(last: Dashboard, heard: Dashboard): Dashboard {
  if (heard.whole) return heard;
  return {
    ...heard,
    workstations: replaced(last.workstations, heard.workstations, (each) => String(each.id)),
    cells: replaced(last.cells, heard.cells, keyOf),
  };
}

export function keyOf(cell: Cell): string {
  return `${String(cell.workstation)}/${cell.office}/${cell.automation}`;
}

/** The automations that there are, by title. */
export function columnsOf(cells: readonly Cell[]): readonly Column[] {
  const columns = new Map(cells.map(({ automation, title }) => [automation, { automation, title }]));
  return [...columns.values()].sort((one, other) => one.title.localeCompare(other.title));
}

/** Rows by what they want, within a group the most urgent first. `wanted` are words that a row must hold. */
export function grouped(morning: Dashboard, wanted: string): readonly Group[] {
  const cells = Map.groupBy(morning.cells, (cell) => cell.workstation);
  const rows = morning.workstations
    .map((workstation) => ({ workstation, cells: (cells.get(workstation.id) ?? []).toSorted(byTitle) }))
    .filter((row) => holds(row, wanted))
    .toSorted((one, other) => urgency(one) - urgency(other) || byName(one, other));
  const wants = rows.filter((row) => row.cells.some((cell) => WANTS_SOMEBODY.has(cell.sign) || cell.conflict));
  const silent = rows.filter((row) => !wants.includes(row) && row.workstation.standing === 'silent');
  const others = rows.filter((row) => !wants.includes(row) && !silent.includes(row));
  return [
    { heading: 'Needs someone', rows: wants },
    { heading: 'Silent', rows: silent },
    { heading: wants.length + silent.length > 0 ? 'All the others' : 'All workstations', rows: others },
  ].filter((group) => group.rows.length > 0);
}

function holds({ workstation, cells }: Row, wanted: string): boolean {
  const text = [workstation.name, workstation.office, ...cells.map((cell) => cell.title)].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function urgency(row: Row): number {
  return Math.min(URGENCY.length, ...row.cells.map((cell) => (cell.conflict ? 0 : URGENCY.indexOf(cell.sign))));
}

function byName(one: Row, other: Row): number {
  return one.workstation.name.localeCompare(other.workstation.name, undefined, { numeric: true });
}

function byTitle(one: Cell, other: Cell): number {
  return one.title.localeCompare(other.title);
}

function replaced<T>(old: readonly T[], fresh: readonly T[], key: (each: T) => string): readonly T[] {
  const known = new Map(old.map((each) => [key(each), each]));
  for (const each of fresh) known.set(key(each), each);
  return [...known.values()];
}
