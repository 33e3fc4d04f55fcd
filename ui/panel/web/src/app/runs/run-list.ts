import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';

import type { Run, Target } from '../api/models';
import { Day, Duration } from '../design/day';
import { Empty } from '../design/empty';
import { Icon } from '../design/icon';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Time } from '../design/time';
import { pages } from '../live/pages';
import { watched } from '../live/watched';
import { type Filters, NONE, STATES, addressOf, filtersOf, queryOf } from './filters';
import { RunTabs } from './run-tabs';

/** All runs, newest first, one line each; what is looked for stands in the address. */
@Component({
  selector: 'pd-run-list',
  imports: [Day, Duration, Empty, Icon, ProblemNote, RouterLink, RunTabs, Sign, Time],
  templateUrl: './run-list.html',
})
export class RunList {
  private readonly router = inject(Router);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  private readonly targets = watched<readonly Target[]>(
    () => '/api/targets',
    (change) => change.kind === 'workstation',
  );
  protected readonly states = STATES;
  protected readonly filters = computed(() => filtersOf(this.params()));
  protected readonly narrowed = computed(() => Object.values(this.filters()).some((each) => each !== ''));
  protected readonly runs = pages<Run>(
    (more) => `/api/runs${queryOf(this.filters(), more)}`,
    (run) => `${String(run.workstation)}/${run.run}`,
    (change) => change.kind === 'run' || change.kind === 'review',
  );
  protected readonly automations = computed(() => {
    const known = new Map(this.targets.value()?.map(({ automation, title }) => [automation, title]));
    return [...known].map(([name, title]) => ({ name, title }));
  });
  protected readonly workstations = computed(() => {
    const known = new Map(this.targets.value()?.map((each) => [String(each.workstation), each.workstation_name]));
    return [...known].map(([id, name]) => ({ id, name }));
  });

  protected narrow(name: keyof Filters, event: Event): void {
    const value = (event.target as HTMLInputElement | HTMLSelectElement).value;
    this.show({ ...this.filters(), [name]: value });
  }

  protected everything(): void {
    this.show(NONE);
  }

  private show(filters: Filters): void {
    void this.router.navigate([], { queryParams: addressOf(filters), replaceUrl: true });
  }
}
