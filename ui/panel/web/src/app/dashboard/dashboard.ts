import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';

import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Time } from '../design/time';
import { Session } from '../session/session';
import { AttentionList } from './attention-list';
import { CellCard } from './cell-card';
import { columnsOf, grouped, keyOf, watchMorning } from './morning';

/** With more automations than this, cells flow instead of standing under heads. */
const MOST_COLUMNS = 3;
/** With fewer workstations than this there is nothing to look for. */
const FEWEST_TO_SEARCH = 8;

/** The morning at one look: workstations × automations, what wants somebody on top. */
@Component({
  selector: 'pd-dashboard',
  imports: [AttentionList, CellCard, Empty, ProblemNote, RouterLink, Sign, Time],
  templateUrl: './dashboard.html',
})
export class DashboardPage {
  protected readonly morning = watchMorning();
  protected readonly wanted = signal('');
  protected readonly session = inject(Session);
  protected readonly columns = computed(() => columnsOf(this.morning.value()?.cells ?? []));
  protected readonly inColumns = computed(() => this.columns().length <= MOST_COLUMNS);
  protected readonly searchable = computed(
    () => (this.morning.value()?.workstations.length ?? 0) >= FEWEST_TO_SEARCH,
  );
  protected readonly offices = computed(() => new Set(this.morning.value()?.workstations.map((each) => each.office)));
  protected readonly groups = computed(() => {
    const morning = this.morning.value();
    return morning ? grouped(morning, this.wanted()) : [];
  });
  protected readonly key = keyOf;

  /** Which column a cell stands in, counted from 1; the first holds the workstation. */
  protected columnOf(automation: string): number | null {
    return this.inColumns() ? this.columns().findIndex((each) => each.automation === automation) + 2 : null;
  }

  protected look(event: Event): void {
    this.wanted.set((event.target as HTMLInputElement).value);
  }
}
